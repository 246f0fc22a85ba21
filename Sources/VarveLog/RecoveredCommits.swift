package import VarveBase

/// What the commit journals hold after a crash: batches that were acknowledged and may be missing
/// in the files of their logs.
package struct RecoveredCommits: Sendable {
  /// By partition and topic, as the journals have them.
  private var batches: [Key: [Batch]] = [:]

  private struct Key: Hashable {
    let partition: TopicPartition
    let topicID: TopicID
  }

  /// Nothing to recover.
  package init() {}

  /// Reads the journals of the data directory `root`, each up to the first round that is not whole:
  /// such a one was never acknowledged. Throws `.unsupportedVersion`, `.corrupt`, `.io`.
  package init(in root: String, on fileSystem: any FileSystem) throws(LogError) {
    for path in CommitJournal.fileNames.map({ "\(root)/\($0)" }) {
      if let bytes = try fileSystem.readFile(path) { try add(bytes, file: path) }
    }
  }

  /// Takes the commits of a journal's bytes; `file` is for errors. Throws `.unsupportedVersion`,
  /// `.corrupt`.
  package mutating func add(_ bytes: ByteSlice, file: String) throws(LogError) {
    var previous: UInt32?
    var position = 0
    while let round = try Self.round(in: bytes, at: position, after: previous, file) {
      var reader = CommitReader(bytes.slice(round), at: CommitRound.headerBytes)
      while !reader.isAtEnd {
        guard let commit = reader.next() else {
          throw LogError(
            .corrupt,
            "a round of commits checks but makes no sense. Removing the file gives them up",
            file: file, at: .byte(position))
        }
        let key = Key(partition: commit.partition, topicID: commit.topicID)
        batches[key, default: []] += commit.wholeBatches
      }
      previous = bytes.bytes.bigEndian(at: position + CommitRound.checksumAt, as: UInt32.self)
      position = round.upperBound
    }
  }

  private static func round(
    in bytes: ByteSlice, at position: Int, after previous: UInt32?, _ file: String
  ) throws(LogError) -> Range<Int>? {
    let header = CommitRound.headerBytes
    guard bytes.count - position >= header else { return nil }
    let rest = bytes.slice(position..<bytes.count).bytes
    let magic = rest.bigEndian(at: 0, as: UInt32.self)
    guard magic >> 8 == CommitRound.magic >> 8 else { return nil }
    let length = rest.bigEndian(at: CommitRound.lengthAt, as: UInt32.self)
    guard Int(length) <= rest.byteCount - header else { return nil }
    let round = rest.extracting(0..<header + Int(length))
    guard CommitRound.checksum(of: round) == round.bigEndian(at: CommitRound.checksumAt),
      previous.map({ $0 == round.bigEndian(at: CommitRound.previousAt) }) ?? true
    else { return nil }
    guard magic == CommitRound.magic else {
      throw LogError(
        .unsupportedVersion,
        "commits of version \(magic & 0xFF); only \(CommitRound.magic & 0xFF) is known", file: file,
        at: .byte(position))
    }
    return position..<position + round.byteCount
  }

  /// What the journals have of one log.
  package func ofLog(_ partition: TopicPartition, _ topicID: TopicID) -> OfLog {
    OfLog(known: batches[Key(partition: partition, topicID: topicID)] ?? [])
  }

  /// A batch, and the offsets that it takes.
  fileprivate struct Batch {
    let offsets: Range<Offset>
    let bytes: ByteSlice
  }

  /// The batches of one log, as the journals have them. What comes before any of them was durable
  /// when it was written.
  package struct OfLog {
    fileprivate let known: [Batch]

    package var isEmpty: Bool { known.isEmpty }

    /// The offset after the last one; 0 where there is none.
    var end: Offset { known.map(\.offsets.upperBound).max() ?? 0 }

    /// Batches that go on at `offset`, as far as they follow one another and end before `limit`,
    /// and the offset after them; nil where the journals have none. There may be more that go on
    /// where these end: which journal is the later one is nowhere said.
    package func batches(
      from offset: Offset, before limit: Offset?
    ) -> (batches: [ByteSlice], end: Offset)? {
      var found: [ByteSlice] = []
      var next = offset
      for batch in known where batch.offsets.lowerBound == next {
        if let limit, batch.offsets.upperBound > limit { continue }
        found.append(batch.bytes)
        next = batch.offsets.upperBound
      }
      return found.isEmpty ? nil : (found, next)
    }

    /// The first offset between two that a batch begins at; nil where there is none.
    func firstOffset(after offset: Offset, before limit: Offset) -> Offset? {
      known.map(\.offsets.lowerBound).filter { $0 > offset && $0 < limit }.min()
    }
  }
}

extension Commit {
  /// The batches, up to one that is not whole or does not follow: whoever loads the log says so,
  /// when they end too early.
  fileprivate var wholeBatches: [RecoveredCommits.Batch] {
    var found: [RecoveredCommits.Batch] = []
    var (position, next) = (0, firstOffset)
    while position < batches.count, let header = header(at: position), header.baseOffset == next {
      let bytes = batches.slice(position..<position + header.sizeInBytes)
      found.append(RecoveredCommits.Batch(offsets: next..<header.nextOffset, bytes: bytes))
      next = header.nextOffset
      position += header.sizeInBytes
    }
    return found
  }

  private func header(at position: Int) -> RecordBatchHeader? {
    do throws(RecordBatchError) {
      let rest = batches.slice(position..<batches.count)
      let header = try RecordBatch.checkedHeader(rest.bytes)
      try RecordBatch.verifyChecksum(rest.bytes, header: header)
      return header
    } catch { return nil }
  }
}

/// Takes the commits of one round apart; bounds are checked, the checksum was.
private struct CommitReader {
  private let bytes: ByteSlice
  private var position: Int

  init(_ bytes: ByteSlice, at position: Int) {
    self.bytes = bytes
    self.position = position
  }

  var isAtEnd: Bool { position == bytes.count }

  /// Nil where the bytes are no commit.
  mutating func next() -> Commit? {
    guard let topicID = integer(as: UInt128.self), let partition = integer(as: Int32.self),
      let nameLength = integer(as: UInt16.self), let name = take(Int(nameLength)),
      let topic = try? TopicName(String(decoding: name, as: UTF8.self)),
      let offset = integer(as: Int64.self), let length = integer(as: UInt32.self),
      let batches = take(Int(length))
    else { return nil }
    return Commit(
      partition: TopicPartition(topic: topic, partition: partition),
      topicID: TopicID(rawValue: topicID), firstOffset: Offset(offset), batches: batches)
  }

  private mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    as type: Value.Type
  ) -> Value? {
    guard let bytes = take(MemoryLayout<Value>.size) else { return nil }
    return bytes.bytes.bigEndian(at: 0, as: type)
  }

  private mutating func take(_ count: Int) -> ByteSlice? {
    guard count <= bytes.count - position else { return nil }
    defer { position += count }
    return bytes.slice(position..<position + count)
  }
}
