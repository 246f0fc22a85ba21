internal import VarveBase
internal import VarveLog
internal import VarveProtocol

/// Snapshots of the metadata: files of batches as in the log (KIP-630).
///
///     ┌───────────────────────────────────────────────────────────┐
///     │ control batch: header, level and members of the quorum    │
///     ├───────────────────────────────────────────────────────────┤
///     │ batch: records that make an empty image the one meant     │
///     ├───────────────────────────────────────────────────────────┤
///     │ …                                                         │
///     ├───────────────────────────────────────────────────────────┤
///     │ control batch: footer                                     │
///     └───────────────────────────────────────────────────────────┘
///
/// Offsets in it are its own, from 0; its name says what it stands for. One without a footer is
/// torn.
package enum MetadataSnapshot {
  /// Reads a snapshot.
  ///
  /// - Throws: ``MetadataError``: `.corrupt` for a torn one or one that contradicts itself,
  ///   `.unknownVersion`.
  package static func read(
    _ bytes: RawSpan, id: MetadataSnapshotID, path: String
  ) throws(MetadataError) -> MetadataState {
    do throws(MetadataError) {
      var state = MetadataState()
      let time = try replay(bytes, into: &state)
      state.nextOffset = id.endOffset
      state.lastEpoch = id.epoch
      state.lastTimestamp = time
      return state
    } catch { throw error.at(path: path) }
  }

  /// Replays all batches and returns the time of the last batch that the snapshot stands for.
  private static func replay(
    _ bytes: RawSpan, into state: inout MetadataState
  ) throws(MetadataError) -> Timestamp {
    var time: Timestamp?
    var isEnded = false
    var position = 0
    while position < bytes.byteCount {
      guard !isEnded, let header = MetadataBatch.wholeHeader(in: bytes, at: position) else {
        throw torn("byte \(position) is not the start of a whole batch")
      }
      let end = position + header.sizeInBytes
      let batch = try MetadataBatch(bytes.extracting(position..<end), header: header)
      for (offset, entry) in batch.entries {
        if case .snapshotHeader(let first) = entry {
          time = Timestamp(first.lastContainedLogTimestamp)
        }
        if case .snapshotFooter = entry { isEnded = true }
        guard time != nil else { throw torn("it does not start with a header") }
        do throws(MetadataError) {
          try state.replay(entry)
        } catch { throw error.at(offset: offset) }
      }
      position = end
    }
    guard isEnded, let time else { throw torn("it has no footer") }
    return time
  }

  private static func torn(_ reason: String) -> MetadataError {
    MetadataError(.corrupt, "the snapshot is torn: \(reason)")
  }
}
