/// Where partitions start and end, and what lies where.
extension Varve {
  /// The first offset of a partition that can be read.
  public func earliestOffset(
    of topic: String, partition: Int32
  ) async throws(VarveError) -> Offset {
    try await client(topic, partition).info().startOffset
  }

  /// The offset that the next record of a partition gets; for readers of committed records, the
  /// one that they stop at.
  public func latestOffset(
    of topic: String, partition: Int32, isolation: Isolation = .readUncommitted
  ) async throws(VarveError) -> Offset {
    let client = try await client(topic, partition)
    return switch isolation {
    case .readUncommitted: try await client.info().endOffset
    case .readCommitted: try await client.lastStableOffset()
    }
  }

  /// The first record of a partition stamped `timestamp` or later, by offset; nil where there is
  /// none.
  ///
  /// Records may be stamped in any order: those after it may be older.
  public func offset(
    of topic: String, partition: Int32, at timestamp: Timestamp
  ) async throws(VarveError) -> Offset? {
    try await client(topic, partition).firstOffset(stampedAtOrAfter: timestamp)
  }

  /// Deletes the records of a partition before an offset; readers start after them from now on.
  /// Returns the first offset left. Throws `.offsetOutOfRange` past the end.
  @discardableResult
  public func deleteRecords(
    of topic: String, partition: Int32, before offset: Offset
  ) async throws(VarveError) -> Offset {
    let client = try await client(topic, partition)
    return try await cluster.deleteRecords(of: client.id, before: offset)
  }

  package func client(
    _ topic: String, _ partition: Int32
  ) async throws(VarveError) -> any PartitionClient {
    try await cluster.route(to: topic).partition(partition)
  }
}
