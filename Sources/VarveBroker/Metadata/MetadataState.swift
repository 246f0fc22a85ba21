package import VarveBase
internal import VarveLog
package import VarveProtocol

/// What has been read of a metadata log so far: the image, what is known of the quorum, and how
/// far it goes.
package struct MetadataState: Equatable, Sendable {
  package private(set) var replay = MetadataReplay()
  /// What the log says of its quorum, which its snapshots repeat (KIP-853).
  package private(set) var kraftVersion: KRaftVersionRecord?
  package private(set) var voters: VotersRecord?
  /// The offset after the last record read.
  package internal(set) var nextOffset: Offset = 0
  /// The leader epoch of the last batch read.
  package internal(set) var lastEpoch: Int32 = 0
  /// The time of the last batch read.
  package internal(set) var lastTimestamp = Timestamp(0)

  package init() {}

  package var image: MetadataImage { replay.image }

  /// Replays the batches that `bytes` begin with, up to the first that is not whole, and returns
  /// the number of bytes that they take. Records before `nextOffset` are passed over.
  ///
  /// - Throws: ``MetadataError`` for a whole batch whose records cannot be replayed, or that does
  ///   not follow the one before it: its offset is under no checksum. What was replayed before it
  ///   stays.
  package mutating func replayBatches(of bytes: RawSpan) throws(MetadataError) -> Int {
    var position = 0
    var expected: Offset?
    while let header = MetadataBatch.wholeHeader(in: bytes, at: position) {
      // The first may be one that a snapshot stands for, the others have no gaps between them.
      guard header.baseOffset == expected ?? min(header.baseOffset, nextOffset) else {
        throw MetadataError(
          .corrupt,
          "the batch at byte \(position) says that it begins at offset \(header.baseOffset)",
          offset: expected ?? nextOffset)
      }
      expected = header.nextOffset
      let end = position + header.sizeInBytes
      if header.nextOffset > nextOffset {
        try replay(MetadataBatch(bytes.extracting(position..<end), header: header))
      }
      position = end
    }
    return position
  }

  private mutating func replay(_ batch: MetadataBatch) throws(MetadataError) {
    for (offset, entry) in batch.entries where offset >= nextOffset {
      do throws(MetadataError) {
        try replay(entry)
      } catch { throw error.at(offset: offset) }
    }
    nextOffset = batch.header.nextOffset
    lastEpoch = batch.header.partitionLeaderEpoch
    lastTimestamp = batch.header.maxTimestamp
  }

  /// Replays one record that is not of the log: of a snapshot.
  package mutating func replay(_ entry: MetadataBatch.Entry) throws(MetadataError) {
    switch entry {
    case .record(let record): try replay.replay(record)
    case .kraftVersion(let record): kraftVersion = record
    case .voters(let record): voters = record
    case .leaderChange, .snapshotHeader, .snapshotFooter, .otherControl: break
    }
  }
}
