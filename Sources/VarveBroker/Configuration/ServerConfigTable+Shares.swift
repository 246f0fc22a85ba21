extension ServerConfigDefinition {
  /// Share groups (KIP-932), and within which bounds a group may have its own say (KIP-1240).
  static let shareGroups: [ServerConfigDefinition] = members + records + state

  private static let state: [ServerConfigDefinition] = [
    .init(
      "share.coordinator.state.topic.num.partitions", .int, "50", .atLeast(1),
      "The partitions of __share_group_state, once it is created."),
    .init(
      "share.coordinator.state.topic.segment.bytes", .int, "104857600", .atLeast(1_048_576),
      "The segment.bytes of __share_group_state, once it is created."),
  ]

  private static let members: [ServerConfigDefinition] = [
    .init(
      "group.share.heartbeat.interval.ms", .int, "5000", .atLeast(1),
      "The time between two heartbeats of a share group's member."),
    .init(
      "group.share.max.heartbeat.interval.ms", .int, "15000", .atLeast(1),
      "The most that a group's share.heartbeat.interval.ms may be."),
    .init(
      "group.share.max.session.timeout.ms", .int, "60000", .atLeast(1),
      "The most that a group's share.session.timeout.ms may be."),
    .init(
      "group.share.max.size", .int, "200", .between(1, 1000),
      "The most members of a share group."),
    .init(
      "group.share.min.heartbeat.interval.ms", .int, "5000", .atLeast(1),
      "The least that a group's share.heartbeat.interval.ms may be."),
    .init(
      "group.share.min.session.timeout.ms", .int, "45000", .atLeast(1),
      "The least that a group's share.session.timeout.ms may be."),
    .init(
      "group.share.session.timeout.ms", .int, "45000", .atLeast(1),
      "How long a share group's member may be silent."),
  ]

  private static let records: [ServerConfigDefinition] = [
    .init(
      "group.share.delivery.count.limit", .int, "5", .between(2, 10),
      "How often a share group delivers a record before it gives it up."),
    .init(
      "group.share.max.delivery.count.limit", .int, "10", .between(2, 25),
      "The most that a group's share.delivery.count.limit may be."),
    .init(
      "group.share.max.partition.max.record.locks", .int, "4000", .between(100, 10_000),
      "The most that a group's share.partition.max.record.locks may be."),
    .init(
      "group.share.max.record.lock.duration.ms", .int, "60000", .between(1000, 3_600_000),
      "The most that a group's share.record.lock.duration.ms may be."),
    .init(
      "group.share.min.delivery.count.limit", .int, "2", .between(2, 10),
      "The least that a group's share.delivery.count.limit may be."),
    .init(
      "group.share.min.partition.max.record.locks", .int, "100", .between(100, 10_000),
      "The least that a group's share.partition.max.record.locks may be."),
    .init(
      "group.share.min.record.lock.duration.ms", .int, "15000", .between(1000, 3_600_000),
      "The least that a group's share.record.lock.duration.ms may be."),
    .init(
      "group.share.partition.max.record.locks", .int, "2000", .between(100, 10_000),
      "The most records of a partition that members of a share group have at a time."),
    .init(
      "group.share.record.lock.duration.ms", .int, "30000", .between(1000, 3_600_000),
      "How long a record of a share group is its consumer's."),
  ]
}
