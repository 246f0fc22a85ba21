internal import VarveBase
internal import VarveBroker
internal import VarveLog

/// A partition that another process writes.
final class FollowedPartition: PartitionClient {
  /// How often a reader at the end looks for more. A store into a mapped file wakes nobody in
  /// another process, so there is nothing to wait for but time.
  private static let pause = Duration.milliseconds(5)

  let id: TopicPartition
  private let directory: DirectoryFollower

  init(_ id: TopicPartition, in directory: DirectoryFollower) {
    self.id = id
    self.directory = directory
  }

  let rules = RecordRules()

  func append(
    _ batch: RawSpan,
    completed: @escaping @Sendable (Result<AppendedBatch, VarveError>) -> Void
  ) {
    completed(.failure(.readOnly(directory.path)))
  }

  func append(
    _ batch: RawSpan, in transactionalID: String,
    completed: @escaping @Sendable (Result<AppendedBatch, VarveError>) -> Void
  ) {
    completed(.failure(.readOnly(directory.path)))
  }

  func append(_ batch: RawSpan) throws(VarveError) -> AppendedBatch {
    throw .readOnly(directory.path)
  }

  func read(
    from offset: Offset, maxBytes: Int, isolation: Isolation
  ) throws(VarveError) -> LogSlice {
    try named { (log) throws(LogError) in
      try log.refresh()
      return try log.read(from: offset, maxBytes: maxBytes, isolation: isolation.level)
    }
  }

  func fetch(
    from offset: Offset, maxBytes: Int, isolation: Isolation
  ) throws(VarveError) -> LogSlice {
    try read(from: offset, maxBytes: maxBytes, isolation: isolation)
  }

  func waitForRecord(at offset: Offset) async {
    while !Task.isCancelled, !directory.isClosed {
      // What fails here fails again in the read that follows, which says so.
      guard let end = try? refreshed().endOffset, end <= offset else { return }
      do { try await Task.sleep(for: Self.pause) } catch { return }
    }
  }

  func info() throws(VarveError) -> PartitionInfo {
    try named { (log) throws(LogError) in
      try log.refresh()
      return PartitionInfo(
        id: id, startOffset: log.startOffset, endOffset: log.endOffset,
        sizeInBytes: Int64(log.segments.reduce(0) { $0 + $1.end }))
    }
  }

  func lastStableOffset() throws(VarveError) -> Offset { try refreshed().lastStableOffset }

  func firstOffset(stampedAtOrAfter timestamp: Timestamp) throws(VarveError) -> Offset? {
    try named { (log) throws(LogError) in
      try log.refresh()
      return try log.firstRecord(stampedAtOrAfter: timestamp)?.offset
    }
  }

  private func refreshed() throws(VarveError) -> LogFollower {
    try named { (log) throws(LogError) in
      try log.refresh()
      return log
    }
  }

  private func named<Result>(
    _ body: (LogFollower) throws(LogError) -> Result
  ) throws(VarveError) -> Result {
    let log: LogFollower
    do { log = try directory.follower(of: id) } catch { throw VarveError(error) }
    do { return try body(log) } catch { throw VarveError(error) }
  }
}
