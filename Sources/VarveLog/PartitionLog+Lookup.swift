internal import Synchronization
package import VarveBase

extension ReadableLog {
  /// The first record stamped `target` or later, by offset; nil where there is none.
  ///
  /// Records may be stamped in any order: the answer is what a scan from the start would find.
  package func firstRecord(
    stampedAtOrAfter target: Timestamp
  ) throws(LogError) -> TimestampedOffset? {
    let (segments, start) = (segments, startOffset)
    for segment in segments where try segment.newestTimestamp() >= target {
      if let found = try segment.find(target, notBefore: start) { return found }
    }
    return nil
  }

  /// The record with the largest timestamp, the first of them where several have it; nil for an
  /// empty log (KIP-734).
  package func newestRecord() throws(LogError) -> TimestampedOffset? {
    let segments = segments
    var newest = Timestamp.none
    for segment in segments { newest = try max(newest, segment.newestTimestamp()) }
    guard newest >= 0 else { return nil }
    return try firstRecord(stampedAtOrAfter: newest)
  }

}

extension PartitionLog {
  /// The leader epoch and the end offset of the newest epoch that is not after `epoch` (KIP-101).
  package func endOffset(ofLeaderEpoch epoch: Int32) -> (epoch: Int32, endOffset: Offset) {
    state.withLock { $0.leaderEpochs.endOffset(for: epoch, logEnd: $0.writer.nextOffset) }
  }

  /// Bytes of record batches on the disk.
  package var sizeInBytes: Int { state.withLock { $0.segments.reduce(0) { $0 + $1.end } } }

  /// The segments, oldest first; the last one is in use.
  package var segments: [Segment] { state.withLock { $0.segments } }
}
