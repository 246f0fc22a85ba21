import Synchronization
import Varve
import VarveBase
import VarveLog

/// A cluster of one topic, `held`, that takes batches and keeps their producers waiting until the
/// test says what became of them.
final class HeldCluster: Cluster {
  let held: [HeldPartition]
  let time: any TimeSource = SystemTime()
  let topicsVersion = 0

  /// - Parameter holds: false lets every batch be written at once.
  init(partitions: Int32 = 1, holds: Bool = true) {
    held = (0..<partitions).map {
      HeldPartition(TopicPartition(topic: topicName("held"), partition: $0), holds: holds)
    }
  }

  func route(to topic: String) throws(VarveError) -> TopicRoute {
    guard topic == "held" else { throw VarveError(.unknownTopicOrPartition, "only 'held'") }
    return TopicRoute(name: topicName("held"), id: TopicID(rawValue: 1), partitions: held)
  }

  func knownRoute(to topic: String) throws(VarveError) -> TopicRoute? { nil }

  func createTopic(
    _ name: String, partitions: Int32, config: [TopicConfig]
  ) throws(VarveError) -> TopicInfo { throw Self.refusal }
  func deleteTopic(_ name: String) throws(VarveError) { throw Self.refusal }
  func growTopic(_ name: String, to partitions: Int32) throws(VarveError) { throw Self.refusal }
  func alterTopic(
    _ name: String, set: [TopicConfig], reset: [String]
  ) throws(VarveError) { throw Self.refusal }
  func topics() throws(VarveError) -> [TopicInfo] { throw Self.refusal }
  func describeTopic(_ name: String) throws(VarveError) -> TopicDetails { throw Self.refusal }
  func deleteRecords(
    of partition: TopicPartition, before offset: Offset
  ) throws(VarveError) -> Offset { throw Self.refusal }
  func groups() throws(VarveError) -> any GroupClient { throw Self.refusal }
  func shares() throws(VarveError) -> any ShareEngine { throw Self.refusal }
  func transactions() throws(VarveError) -> any TransactionClient { throw Self.refusal }
  func close() {}

  static let refusal = VarveError(.invalidArgument, "not part of the test")
}

/// A partition that keeps the batches it was given.
final class HeldPartition: PartitionClient {
  let id: TopicPartition
  private let state = Mutex(State())

  private struct State {
    var rules = RecordRules()
    var batches: [ByteSlice] = []
    var nextOffset: Offset = 0
    var held: [Held] = []
    /// What those who wait for a number of batches are told by.
    var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private struct Held {
    let firstOffset: Offset
    let completed: @Sendable (Result<AppendedBatch, VarveError>) -> Void
  }

  private let holds: Bool

  init(_ id: TopicPartition, holds: Bool) {
    self.id = id
    self.holds = holds
  }

  var rules: RecordRules {
    get { state.withLock { $0.rules } }
    set { state.withLock { $0.rules = newValue } }
  }

  /// The batches so far.
  var batches: [ByteSlice] { state.withLock { $0.batches } }

  func append(
    _ batch: RawSpan,
    completed: @escaping @Sendable (Result<AppendedBatch, VarveError>) -> Void
  ) {
    let copy = ByteSlice(batch)
    let told = state.withLock { state in
      state.batches.append(copy)
      state.held.append(Held(firstOffset: state.nextOffset, completed: completed))
      if let header = try? RecordBatch.checkedHeader(copy.bytes) {
        state.nextOffset = state.nextOffset + Int64(header.recordCount)
      }
      let told = state.watchers.filter { $0.count <= state.batches.count }
      state.watchers.removeAll { $0.count <= state.batches.count }
      return told
    }
    for watcher in told { watcher.continuation.resume() }
    if !holds { release() }
  }

  /// Waits until `count` batches have come.
  func arrival(of count: Int) async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        if state.batches.count >= count { return true }
        state.watchers.append((count, continuation))
        return false
      }
      if isThere { continuation.resume() }
    }
  }

  /// Says that the first batches held, all if not told how many, were written or failed.
  func release(_ count: Int = .max, failing error: VarveError? = nil) {
    let released = state.withLock { state in
      let released = state.held.prefix(count)
      state.held.removeFirst(released.count)
      return released
    }
    for held in released {
      held.completed(
        error.map { .failure($0) }
          ?? .success(AppendedBatch(firstOffset: held.firstOffset, logAppendTime: nil)))
    }
  }

  func append(
    _ batch: RawSpan, in transactionalID: String,
    completed: @escaping @Sendable (Result<AppendedBatch, VarveError>) -> Void
  ) {
    append(batch, completed: completed)
  }

  func append(_ batch: RawSpan) throws(VarveError) -> AppendedBatch { throw HeldCluster.refusal }
  func read(
    from offset: Offset, maxBytes: Int, isolation: Isolation
  ) throws(VarveError) -> LogSlice { throw HeldCluster.refusal }
  func fetch(
    from offset: Offset, maxBytes: Int, isolation: Isolation
  ) throws(VarveError) -> LogSlice { throw HeldCluster.refusal }
  func waitForRecord(at offset: Offset) async {}
  func info() throws(VarveError) -> PartitionInfo { throw HeldCluster.refusal }
  func lastStableOffset() throws(VarveError) -> Offset { throw HeldCluster.refusal }
  func firstOffset(stampedAtOrAfter timestamp: Timestamp) throws(VarveError) -> Offset? {
    throw HeldCluster.refusal
  }
}
