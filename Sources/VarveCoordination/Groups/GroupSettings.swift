/// The limits and periods of groups, with Kafka's names in comments and its defaults. Times are
/// milliseconds.
package struct GroupSettings: Equatable, Sendable {
  /// `group.consumer.session.timeout.ms`
  package var consumerSessionTimeout: Int32 = 45_000
  /// `group.consumer.heartbeat.interval.ms`
  package var consumerHeartbeatInterval: Int32 = 5_000
  /// `group.consumer.max.size`
  package var consumerMaxSize = Int.max
  /// `group.consumer.assignors`, the first of which is the default.
  package var consumerAssignors = ["uniform", "range"]
  /// `group.consumer.migration.policy`
  package var migrationPolicy = GroupMigrationPolicy.bidirectional

  /// `group.min.session.timeout.ms`, `group.max.session.timeout.ms`
  package var classicSessionTimeouts: ClosedRange<Int32> = 6_000...1_800_000
  /// `group.initial.rebalance.delay.ms`
  package var classicInitialRebalanceDelay: Int32 = 3_000
  /// `group.max.size`
  package var classicMaxSize = Int(Int32.max)
  /// How long the first join of a new classic member may wait for the others; then it has to ask
  /// again. It shows that it is still there, which it cannot by heartbeats yet.
  package var classicNewMemberJoinTimeout: Int32 = 300_000

  /// `offset.metadata.max.bytes`
  package var offsetMetadataMaxBytes = 4096
  /// `offsets.retention.minutes`, in milliseconds.
  package var offsetsRetention: Int64 = 7 * 24 * 3_600_000
  /// `offsets.retention.check.interval.ms`
  package var offsetsRetentionCheckInterval: Int64 = 600_000

  package init() {}
}
