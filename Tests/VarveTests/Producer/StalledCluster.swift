import Synchronization
import Varve
import VarveBase
import VarveLog

/// A topic, `stalled`, on a disk that takes a batch when the test says so: it keeps none of the
/// bytes, and notes how many are with the producer.
final class StalledCluster: Cluster {
  let partition = StalledPartition()
  let time: any TimeSource = SystemTime()
  let topicsVersion = 0

  func route(to topic: String) throws(VarveError) -> TopicRoute {
    TopicRoute(
      name: topicName("stalled"), id: TopicID(rawValue: 1), partitions: [partition])
  }

  func knownRoute(to topic: String) throws(VarveError) -> TopicRoute? { nil }
  func createTopic(
    _ name: String, partitions: Int32, config: [TopicConfig]
  ) throws(VarveError) -> TopicInfo { throw HeldCluster.refusal }
  func deleteTopic(_ name: String) throws(VarveError) { throw HeldCluster.refusal }
  func growTopic(_ name: String, to partitions: Int32) throws(VarveError) {
    throw HeldCluster.refusal
  }
  func alterTopic(
    _ name: String, set: [TopicConfig], reset: [String]
  ) throws(VarveError) { throw HeldCluster.refusal }
  func topics() throws(VarveError) -> [TopicInfo] { throw HeldCluster.refusal }
  func describeTopic(_ name: String) throws(VarveError) -> TopicDetails {
    throw HeldCluster.refusal
  }
  func deleteRecords(
    of partition: TopicPartition, before offset: Offset
  ) throws(VarveError) -> Offset { throw HeldCluster.refusal }
  func groups() throws(VarveError) -> any GroupClient { throw HeldCluster.refusal }
  func shares() throws(VarveError) -> any ShareEngine { throw HeldCluster.refusal }
  func transactions() throws(VarveError) -> any TransactionClient { throw HeldCluster.refusal }
  func close() {}
}

final class StalledPartition: PartitionClient {
  let id = TopicPartition(topic: topicName("stalled"), partition: 0)
  let rules = RecordRules()
  private let state = Mutex(State())

  struct State {
    var held: [Held] = []
    var heldBytes = 0
    var mostBytes = 0
    var nextOffset: Offset = 0
  }

  struct Held {
    let bytes: Int
    let firstOffset: Offset
    let completed: @Sendable (Result<AppendedBatch, VarveError>) -> Void
  }

  var heldCount: Int { state.withLock { $0.held.count } }
  /// The most bytes of batches that the producer had to keep at once.
  var mostBytes: Int { state.withLock { $0.mostBytes } }

  func append(
    _ batch: RawSpan,
    completed: @escaping @Sendable (Result<AppendedBatch, VarveError>) -> Void
  ) {
    let records = RecordBatchHeader(batch)?.recordCount ?? 0
    let bytes = batch.byteCount
    state.withLock { state in
      state.held.append(
        Held(bytes: bytes, firstOffset: state.nextOffset, completed: completed))
      state.nextOffset = state.nextOffset + Int64(records)
      state.heldBytes += bytes
      state.mostBytes = max(state.mostBytes, state.heldBytes)
    }
  }

  /// The disk takes the first batch; false where there is none.
  func takeOne() -> Bool {
    let first = state.withLock { state -> Held? in
      guard !state.held.isEmpty else { return nil }
      let first = state.held.removeFirst()
      state.heldBytes -= first.bytes
      return first
    }
    first?.completed(
      .success(AppendedBatch(firstOffset: first?.firstOffset ?? 0, logAppendTime: nil)))
    return first != nil
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
