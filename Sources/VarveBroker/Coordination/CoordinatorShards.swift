internal import Synchronization
internal import VarveBase
package import VarveCoordination

/// The coordinators of an internal topic, one a partition. The topic is made when it is first
/// needed.
package final class CoordinatorShards<State: Coordinator>: Sendable {
  package let topic: InternalTopic
  private let makeShard: @Sendable (Partition) -> CoordinatorShard<State>
  private let shards = Mutex<[CoordinatorShard<State>]>([])
  private let creation = Mutex(())

  package init(
    _ topic: InternalTopic,
    makeShard: @escaping @Sendable (Partition) -> CoordinatorShard<State>
  ) {
    self.topic = topic
    self.makeShard = makeShard
  }

  /// Those that there are: none before the topic is needed.
  package var all: [CoordinatorShard<State>] { shards.withLock { $0 } }

  /// Loads the coordinators if the topic is there.
  package func open(in broker: Broker) throws(BrokerError) {
    guard broker.exists(topic.name) else { return }
    let opened = try broker.partitions(of: topic.name).map(makeShard)
    shards.withLock { $0 = opened }
  }

  /// The coordinator of a group or transactional id. Throws `COORDINATOR_NOT_AVAILABLE` where the
  /// topic cannot be made.
  package func shard(
    of id: String, in broker: Broker
  ) throws(CoordinatorError) -> CoordinatorShard<State> {
    if let shard = existing(of: id) { return shard }
    do throws(BrokerError) {
      try creation.withLock { _ throws(BrokerError) in
        guard all.isEmpty else { return }
        if !broker.exists(topic.name) {
          _ = try broker.createTopic(
            topic.name.description, partitions: topic.partitionCount, configs: topic.configs,
            origin: .broker)
        }
        try open(in: broker)
      }
    } catch { throw CoordinatorError(.coordinatorNotAvailable, error.description) }
    guard let shard = existing(of: id) else {
      preconditionFailure("an open topic has partitions")
    }
    return shard
  }

  /// The coordinator of an id, if the topic is there.
  package func existing(of id: String) -> CoordinatorShard<State>? {
    shards.withLock { shards in
      guard !shards.isEmpty else { return nil }
      return shards[Int(id.coordinatorPartition(of: Int32(shards.count)))]
    }
  }
}
