package import VarveBase
internal import VarveCoordination
internal import VarveLog

/// The share coordinators of a broker, one a partition of `__share_group_state`.
final class ShareShards: Sendable {
  let shards: CoordinatorShards<ShareCoordinator>
  let effects = ShareEffects()

  init(
    _ server: ServerDefaults, time: any TimeSource, timer: CoordinatorTimer, logger: Logger
  ) throws(ConfigError) {
    let effects = effects
    effects.deadLetters.report(to: logger)
    shards = CoordinatorShards(try InternalTopic.shareGroupState(server)) { partition in
      CoordinatorShard(partition, time: time, timer: timer, logger: logger, effects: effects) {
        ShareCoordinator()
      }
    }
  }

  func open(in broker: Broker) throws(BrokerError) {
    effects.deadLetters.attach(to: broker)
    effects.traces.attach(to: broker)
    try shards.open(in: broker)
  }

  /// Forgets what groups have of topics that are gone.
  func topicsChanged(to topics: TopicsImage) {
    for shard in shards.all {
      shard.post { state, _ in state.forgetTopics(notIn: topics) }
    }
  }

  /// Has every state written anew where the log has whole segments of old ones, and lets these go.
  /// Kafka prunes the topic the same way; it is not compacted, as changes have the key of their
  /// partition.
  func prune() throws(LogError) {
    for shard in shards.all where shard.partition.log.segments.count > 1 {
      let log = shard.partition.log
      var end = Offset(0)
      do throws(CoordinatorError) {
        try shard.runBlocking { state, now in
          // Under the shard's lock: all that was decided before lies before it.
          end = log.endOffset
          return state.snapshotAll(at: now)
        }
      } catch { throw LogError(.io, error.description, partition: log.partition) }
      try log.deleteRecords(before: end)
    }
  }
}

extension InternalTopic {
  /// `__share_group_state`. A batch may be large: a snapshot has to be whole.
  static func shareGroupState(_ server: ServerDefaults) throws(ConfigError) -> InternalTopic {
    let count =
      try server.integer("share.coordinator.state.topic.num.partitions", in: 1...Int64(Int32.max))
      ?? 50
    let size =
      try server.integer("share.coordinator.state.topic.segment.bytes", in: 1...Int64(Int32.max))
      ?? 100 << 20
    return InternalTopic(
      .shareGroupState, partitionCount: Int32(count),
      configs: [
        "cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1",
        "compression.type": "uncompressed", "segment.bytes": "\(size)",
        "max.message.bytes": "\(64 << 20)",
      ])
  }
}

extension TopicName {
  package static let shareGroupState: TopicName = {
    do { return try TopicName("__share_group_state") } catch {
      preconditionFailure("the name is legal: \(error)")
    }
  }()
}
