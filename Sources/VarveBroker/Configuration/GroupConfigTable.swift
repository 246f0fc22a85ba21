/// The configs that a group can have, and the server's bounds on them.
package enum GroupConfigTable {
  /// By name, with Kafka's names and defaults.
  package static let all: [TopicConfigDefinition] = (consumers + shares + queues).sorted {
    $0.name < $1.name
  }

  static func named(_ name: String) -> TopicConfigDefinition? { byName[name] }

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  /// The server's configs with the least and the most that a group's may be (KIP-1240); nil where
  /// there are none.
  static func bounds(of name: String) -> (least: String, most: String)? {
    guard name.hasPrefix("share."), bounded.contains(name) else { return nil }
    let rest = name.dropFirst("share.".count)
    return ("group.share.min.\(rest)", "group.share.max.\(rest)")
  }

  private static let bounded: Set<String> = [
    "share.delivery.count.limit", "share.heartbeat.interval.ms",
    "share.partition.max.record.locks", "share.record.lock.duration.ms",
    "share.session.timeout.ms",
  ]

  private static let consumers: [TopicConfigDefinition] = [
    .init(
      "consumer.heartbeat.interval.ms", .int, "5000", .atLeast(1),
      server: [ServerSynonym("group.consumer.heartbeat.interval.ms", standard: "5000")],
      "The time between two heartbeats of a member of a consumer group."),
    .init(
      "consumer.session.timeout.ms", .int, "45000", .atLeast(1),
      server: [ServerSynonym("group.consumer.session.timeout.ms", standard: "45000")],
      "How long a member of a consumer group may be silent before it is put out."),
  ]

  private static let shares: [TopicConfigDefinition] = [
    .init(
      "share.auto.offset.reset", .string, "latest", .shareOffsetReset,
      "Where a share group starts in a partition: latest, earliest, or by_duration:PnDTnHnMn.nS, "
        + "so long ago."),
    .init(
      "share.delivery.count.limit", .int, "5", .atLeast(2),
      server: [ServerSynonym("group.share.delivery.count.limit", standard: "5")],
      "How often a record is delivered before the group gives it up."),
    .init(
      "share.heartbeat.interval.ms", .int, "5000", .atLeast(1),
      server: [ServerSynonym("group.share.heartbeat.interval.ms", standard: "5000")],
      "The time between two heartbeats of a member of a share group."),
    .init(
      "share.isolation.level", .string, "read_uncommitted",
      .oneOf(["read_committed", "read_uncommitted"]),
      "Whether a share group delivers records of transactions before these are committed, and of "
        + "those that were aborted."),
    .init(
      "share.partition.max.record.locks", .int, "2000", .atLeast(100),
      server: [ServerSynonym("group.share.partition.max.record.locks", standard: "2000")],
      "The most records of a partition that members have at a time."),
    .init(
      "share.record.lock.duration.ms", .int, "30000", .atLeast(1000),
      server: [ServerSynonym("group.share.record.lock.duration.ms", standard: "30000")],
      "How long a record is its consumer's before another may have it."),
    .init(
      "share.renew.acknowledge.enable", .boolean, "true", .none,
      "Whether consumers may have a record for longer by asking (KIP-1222)."),
    .init(
      "share.session.timeout.ms", .int, "45000", .atLeast(1),
      server: [ServerSynonym("group.share.session.timeout.ms", standard: "45000")],
      "How long a member of a share group may be silent before it is put out."),
  ]
}
