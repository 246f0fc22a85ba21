internal import Synchronization
package import VarveBase
internal import VarveCoordination

/// The transaction coordinators of a broker, one a partition of `__transaction_state`.
final class TransactionShards: Sendable {
  let shards: CoordinatorShards<TransactionCoordinator>
  let producerIDs = ProducerIDs()
  let markers: MarkerWriter

  init(
    _ server: ServerDefaults, time: any TimeSource, timer: CoordinatorTimer, logger: Logger
  ) throws(ConfigError) {
    let topic = try InternalTopic.transactionState(server)
    let settings = try TransactionSettings(server)
    let markers = MarkerWriter(logger: logger)
    self.markers = markers
    shards = CoordinatorShards(topic) { partition in
      // The coordinator's epoch is the leader epoch of its partition.
      let epoch = markers.broker?.leaderEpoch(of: partition.id) ?? 0
      return CoordinatorShard(
        partition, time: time, timer: timer, logger: logger, effects: markers
      ) { TransactionCoordinator(settings, coordinatorEpoch: epoch) }
    }
  }

  /// Loads what there is, and writes the markers of transactions that were decided before the last
  /// stop.
  func open(in broker: Broker) throws(BrokerError) {
    markers.attach(to: broker, shards)
    try shards.open(in: broker)
    if !broker.directory.wasCleanlyClosed { broker.endOrphanedTransactions() }
    markers.start()
  }
}

extension InternalTopic {
  /// `__transaction_state`.
  static func transactionState(_ server: ServerDefaults) throws(ConfigError) -> InternalTopic {
    try InternalTopic(
      .transactionState, partitions: "transaction.state.log.num.partitions",
      segmentBytes: "transaction.state.log.segment.bytes", compression: "uncompressed",
      server: server)
  }
}

extension TopicName {
  package static let transactionState: TopicName = {
    do { return try TopicName("__transaction_state") } catch {
      preconditionFailure("the name is legal: \(error)")
    }
  }()
}

extension TransactionSettings {
  /// What the server's configuration says.
  fileprivate init(_ server: ServerDefaults) throws(ConfigError) {
    self.init()
    if let timeout = try server.integer(
      "transaction.max.timeout.ms", in: 1...Int64(Int32.max))
    {
      maxTimeout = Int32(timeout)
    }
    if let expiration = try server.integer(
      "transactional.id.expiration.ms", in: 1...Int64(Int32.max))
    {
      idExpiration = expiration
    }
  }
}
