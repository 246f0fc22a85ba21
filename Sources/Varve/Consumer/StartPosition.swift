/// Where in a partition reading starts, or ends.
public enum StartPosition: Hashable, Sendable {
  /// The first record there is.
  case earliest
  /// The end: what is appended from now on.
  case latest
  /// The record at an offset, or the next one where compaction has removed it.
  case offset(Offset)
  /// The first record stamped so or later; the end where there is none yet.
  case timestamp(Timestamp)
}

extension StartPosition {
  /// The offset that this is in a partition now.
  ///
  /// Throws `.offsetOutOfRange` for an offset before the start or past the end.
  func offset(
    in partition: any PartitionClient, isolation: Isolation
  ) async throws(VarveError) -> Offset {
    switch self {
    case .earliest:
      return try await partition.info().startOffset
    case .latest:
      return try await partition.endOffset(isolation)
    case .timestamp(let timestamp):
      if let offset = try await partition.firstOffset(stampedAtOrAfter: timestamp) {
        return offset
      }
      return try await partition.endOffset(isolation)
    case .offset(let offset):
      let info = try await partition.info()
      guard offset >= info.startOffset && offset <= info.endOffset else {
        throw VarveError(
          .offsetOutOfRange,
          """
          offset \(offset) is out of range: the partition holds \(info.startOffset) to \
          \(info.endOffset)
          """, partition: partition.id)
      }
      return offset
    }
  }
}

extension PartitionClient {
  /// Where a reader of that isolation stops.
  func endOffset(_ isolation: Isolation) async throws(VarveError) -> Offset {
    switch isolation {
    case .readUncommitted: try await info().endOffset
    case .readCommitted: try await lastStableOffset()
    }
  }
}
