import Synchronization
import Varve
import VarveBase
import VarveLog
import VarveTestKit

/// A log behind a network that loses one message of each batch at most: the batch on its way, or
/// the answer. Answers come late and in any order.
final class FlakyCluster: Cluster {
  private struct State {
    var log: any Cluster
    var random: SeededGenerator
    /// Batches that have had their loss, by producer and sequence.
    var unlucky: Set<[Int64]> = []
    var losses = 0
    /// Restarts so far: what an earlier process answers is lost.
    var restarts = 0
    var isDown = false
  }

  private enum Loss { case none, batch, answer }

  private let state: Mutex<State>
  let time: any TimeSource = SystemTime()
  let topicsVersion = 0

  init(_ log: any Cluster, seed: UInt64) {
    state = Mutex(State(log: log, random: SeededGenerator(seed: seed)))
  }

  /// The log's process ends.
  func stop() {
    state.withLock { state in
      state.restarts += 1
      state.isDown = true
    }
  }

  /// The log as it is after a restart of its process.
  func restart(as log: any Cluster) {
    state.withLock { state in
      state.log = log
      state.isDown = false
    }
  }

  var losses: Int { state.withLock { $0.losses } }
  private var log: any Cluster { state.withLock { $0.log } }

  func deliver(
    _ batch: RawSpan, to id: TopicPartition,
    _ completed: @escaping @Sendable (Result<AppendedBatch, VarveError>) -> Void
  ) {
    let copy = ByteSlice(batch)
    let loss = loss(of: copy)
    let (log, restarts, isDown) = state.withLock { ($0.log, $0.restarts, $0.isDown) }
    Task {
      let lost = VarveError(.unavailable, "no answer")
      if loss == .batch || isDown { return completed(.failure(lost)) }
      do throws(VarveError) {
        let client = try await log.route(to: id.topic.description).partition(id.partition)
        let appended = try client.append(copy.bytes)
        let isLost = loss == .answer || self.state.withLock { $0.restarts != restarts }
        completed(isLost ? .failure(lost) : .success(appended))
      } catch {
        let isLost = self.state.withLock { $0.restarts != restarts }
        completed(.failure(isLost ? lost : error))
      }
    }
  }

  private func loss(of batch: ByteSlice) -> Loss {
    state.withLock { state in
      guard let header = try? RecordBatch.checkedHeader(batch.bytes),
        state.unlucky.insert([header.producerID, Int64(header.baseSequence)]).inserted
      else { return .none }
      let loss: Loss = [.none, .batch, .answer][Int.random(in: 0..<3, using: &state.random)]
      if loss != .none { state.losses += 1 }
      return loss
    }
  }

  func route(to topic: String) async throws(VarveError) -> TopicRoute {
    let route = try await log.route(to: topic)
    return TopicRoute(
      name: route.name, id: route.id,
      partitions: route.partitions.map { FlakyPartition($0.id, rules: $0.rules, self) })
  }

  func knownRoute(to topic: String) throws(VarveError) -> TopicRoute? { nil }
  func transactions() throws(VarveError) -> any TransactionClient { try log.transactions() }
  func groups() throws(VarveError) -> any GroupClient { throw HeldCluster.refusal }
  func shares() throws(VarveError) -> any ShareEngine { throw HeldCluster.refusal }
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
  func close() {}
}

/// A partition on the other side of it.
final class FlakyPartition: PartitionClient {
  let id: TopicPartition
  let rules: RecordRules
  private let cluster: FlakyCluster

  init(_ id: TopicPartition, rules: RecordRules, _ cluster: FlakyCluster) {
    self.id = id
    self.rules = rules
    self.cluster = cluster
  }

  func append(
    _ batch: RawSpan,
    completed: @escaping @Sendable (Result<AppendedBatch, VarveError>) -> Void
  ) {
    cluster.deliver(batch, to: id, completed)
  }

  func append(
    _ batch: RawSpan, in transactionalID: String,
    completed: @escaping @Sendable (Result<AppendedBatch, VarveError>) -> Void
  ) {
    cluster.deliver(batch, to: id, completed)
  }

  func append(_ batch: RawSpan) throws(VarveError) -> AppendedBatch { throw HeldCluster.refusal }
  func read(
    from offset: Offset, maxBytes: Int, isolation: Isolation
  ) throws(VarveError) -> LogSlice { throw HeldCluster.refusal }
  func fetch(
    from offset: Offset, maxBytes: Int, isolation: Isolation
  ) throws(VarveError) -> LogSlice { throw HeldCluster.refusal }
  func waitForRecord(at offset: Offset) {}
  func info() throws(VarveError) -> PartitionInfo { throw HeldCluster.refusal }
  func lastStableOffset() throws(VarveError) -> Offset { throw HeldCluster.refusal }
  func firstOffset(stampedAtOrAfter timestamp: Timestamp) throws(VarveError) -> Offset? {
    throw HeldCluster.refusal
  }
}
