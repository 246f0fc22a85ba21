public import VarveBase

/// What a rebalance does to a group consumer.
public enum RebalanceEvent: Hashable, Sendable {
  /// The consumer reads these partitions from now on, each from what is committed. A `seek` now
  /// comes before the first record.
  case assigned([TopicPartition])
  /// The consumer gives these partitions up; others get them once this was told. The last moment
  /// to commit.
  case revoked([TopicPartition])
  /// These partitions were given to others already, since the consumer was not heard of for too
  /// long. Nothing can be committed for them.
  case lost([TopicPartition])
}
