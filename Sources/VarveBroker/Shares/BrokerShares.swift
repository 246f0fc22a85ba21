internal import VarveBase
package import VarveCoordination
internal import VarveLog

/// Delivering to share groups (KIP-932), for consumers in this process and over the wire.
///
/// What a group does with a partition is decided by a coordinator, and answered once it counts as
/// done by the durability of `__share_group_state`. Errors are thrown as Kafka names them.
package struct BrokerShares: Sendable {
  let broker: Broker

  /// Gives a consumer up to `limit` records of a partition, and their batches, up to `bytesMax` or
  /// one batch where that is larger. Nothing where there is nothing to be had now.
  package func fetch(
    _ partition: Partition, group: String, member: String, limit: Int, bytesMax: Int
  ) async throws(CoordinatorError) -> ShareReading {
    let key = key(of: group, partition)
    let acquired = try await acquire(key, of: partition, for: member, limit: limit)
    guard !acquired.isEmpty else { return ShareReading() }
    let reading: ShareReading
    do throws(LogError) {
      reading = try ShareReading(acquired, of: partition.log, bytesMax: bytesMax)
    } catch {
      try await cancel(acquired.map(\.offsets), of: key, by: member)
      throw CoordinatorError(storing: error)
    }
    try await cancel(reading.leftOver, of: key, by: member)
    return reading
  }

  /// Takes what a consumer says of its records.
  package func acknowledge(
    _ acknowledgements: [Acknowledgement], of partition: Partition, group: String, member: String
  ) async throws(CoordinatorError) {
    guard !acknowledgements.isEmpty else { return }
    let key = key(of: group, partition)
    let configuration = configuration(of: group)
    let isRenewal = acknowledgements.contains { $0.types.contains(.renew) }
    if isRenewal, !configuration.allowsRenewal {
      throw CoordinatorError(
        .invalidRequest,
        "group '\(group)' does not let locks be renewed: share.renew.acknowledge.enable is false")
    }
    let settings = ShareSettings(configuration)
    try await shard(of: key).run { (state, now) throws(CoordinatorError) in
      try state.acknowledge(acknowledgements, of: key, by: member, settings, at: now)
    }
  }

  /// Gives back all that a consumer has of a partition.
  package func release(
    _ partition: Partition, group: String, member: String
  ) async throws(CoordinatorError) {
    let key = key(of: group, partition)
    let settings = ShareSettings(configuration(of: group))
    try await shard(of: key).run { state, now in
      state.release(key, of: member, settings, at: now)
    }
  }

  /// For how many milliseconds a record is its consumer's.
  package func lockDuration(of group: String) -> Int32 {
    configuration(of: group).recordLockDuration
  }

  func shard(
    of key: SharePartitionKey
  ) throws(CoordinatorError) -> CoordinatorShard<ShareCoordinator> {
    try broker.shareShards.shards.shard(of: key.description, in: broker)
  }

  func configuration(of group: String) -> GroupConfiguration {
    broker.groupConfiguration(of: group)
  }

  /// Nil where there is none any more.
  func partition(of key: SharePartitionKey) -> Partition? {
    guard let name = broker.topicName(of: key.topicID) else { return nil }
    return try? broker.partition(TopicPartition(topic: name, partition: key.partition))
  }

  // MARK: Acquiring

  private func acquire(
    _ key: SharePartitionKey, of partition: Partition, for member: String, limit: Int
  ) async throws(CoordinatorError) -> [AcquiredRecords] {
    var groundwork = try ShareGroundwork(self, key, of: partition)
    let settings = groundwork.settings
    while true {
      let readable = groundwork.readable
      let acquisition = try await groundwork.shard.run { state, now in
        state.acquire(key, for: member, limit: limit, log: readable, settings, at: now)
      }
      if case .records(let records) = acquisition { return records }
      guard try await groundwork.provide(acquisition) else { return [] }
    }
  }

  /// Takes records back that were acquired and not delivered, as if they had not been.
  func cancel(
    _ offsets: [ClosedRange<Int64>], of key: SharePartitionKey, by member: String
  ) async throws(CoordinatorError) {
    guard !offsets.isEmpty else { return }
    try await shard(of: key).run { state, now in
      state.cancel(offsets, of: key, by: member, at: now)
    }
  }
}

extension Broker {
  package var shares: BrokerShares { BrokerShares(broker: self) }
}
