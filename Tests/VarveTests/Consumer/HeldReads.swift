import Synchronization
import Varve
import VarveLog

/// A partition whose reads from one offset wait until the test lets them go on.
final class HeldReads: PartitionClient {
  private let partition: any PartitionClient
  private let heldOffset: Offset
  private let state = Mutex(State())

  private struct State {
    var isReleased = false
    var reader: CheckedContinuation<Void, Never>?
    var watcher: CheckedContinuation<Void, Never>?
  }

  init(_ partition: any PartitionClient, from offset: Offset) {
    self.partition = partition
    heldOffset = offset
  }

  /// Waits until a read is held.
  func arrival() async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        if state.reader != nil { return true }
        state.watcher = continuation
        return false
      }
      if isThere { continuation.resume() }
    }
  }

  /// Lets the read that is held go on; none is held any more.
  func release() {
    let reader = state.withLock { state in
      state.isReleased = true
      return state.reader.take()
    }
    reader?.resume()
  }

  func fetch(
    from offset: Offset, maxBytes: Int, isolation: Isolation
  ) async throws(VarveError) -> LogSlice {
    if offset == heldOffset { await hold() }
    return try await partition.fetch(from: offset, maxBytes: maxBytes, isolation: isolation)
  }

  private func hold() async {
    await withCheckedContinuation { continuation in
      let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
        if state.isReleased { return continuation }
        state.reader = continuation
        return state.watcher.take()
      }
      waiting?.resume()
    }
  }

  var id: TopicPartition { partition.id }
  var rules: RecordRules { partition.rules }

  func append(
    _ batch: RawSpan,
    completed: @escaping @Sendable (Result<AppendedBatch, VarveError>) -> Void
  ) { partition.append(batch, completed: completed) }

  func append(
    _ batch: RawSpan, in transactionalID: String,
    completed: @escaping @Sendable (Result<AppendedBatch, VarveError>) -> Void
  ) {
    append(batch, completed: completed)
  }

  func append(_ batch: RawSpan) throws(VarveError) -> AppendedBatch {
    try partition.append(batch)
  }

  func read(
    from offset: Offset, maxBytes: Int, isolation: Isolation
  ) throws(VarveError) -> LogSlice {
    try partition.read(from: offset, maxBytes: maxBytes, isolation: isolation)
  }

  func waitForRecord(at offset: Offset) async { await partition.waitForRecord(at: offset) }
  func info() async throws(VarveError) -> PartitionInfo { try await partition.info() }
  func lastStableOffset() async throws(VarveError) -> Offset {
    try await partition.lastStableOffset()
  }
  func firstOffset(stampedAtOrAfter timestamp: Timestamp) async throws(VarveError) -> Offset? {
    try await partition.firstOffset(stampedAtOrAfter: timestamp)
  }
}
