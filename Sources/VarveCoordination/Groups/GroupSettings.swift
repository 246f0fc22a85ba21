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

  /// `group.share.session.timeout.ms`
  package var shareSessionTimeout: Int32 = 45_000
  /// `group.share.heartbeat.interval.ms`
  package var shareHeartbeatInterval: Int32 = 5_000
  /// `group.share.max.size`
  package var shareMaxSize = 200

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

/// What a group's own configuration says in place of the server's; nil where it does not. Times are
/// milliseconds.
package struct GroupOverrides: Equatable, Sendable {
  /// `consumer.session.timeout.ms`
  package var consumerSessionTimeout: Int32?
  /// `consumer.heartbeat.interval.ms`
  package var consumerHeartbeatInterval: Int32?
  /// `share.session.timeout.ms`
  package var shareSessionTimeout: Int32?
  /// `share.heartbeat.interval.ms`
  package var shareHeartbeatInterval: Int32?

  package init() {}
}

extension GroupSettings {
  func overridden(by overrides: GroupOverrides) -> GroupSettings {
    var settings = self
    settings.consumerSessionTimeout = overrides.consumerSessionTimeout ?? consumerSessionTimeout
    settings.consumerHeartbeatInterval =
      overrides.consumerHeartbeatInterval ?? consumerHeartbeatInterval
    settings.shareSessionTimeout = overrides.shareSessionTimeout ?? shareSessionTimeout
    settings.shareHeartbeatInterval = overrides.shareHeartbeatInterval ?? shareHeartbeatInterval
    return settings
  }
}
