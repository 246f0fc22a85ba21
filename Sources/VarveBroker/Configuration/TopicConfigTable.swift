extension TopicConfigDefinition {
  /// Every config that a topic can have, by name: Kafka 4.0's, with its defaults and ranges, and
  /// those of Varve, which start with `varve.`.
  package static let all: [TopicConfigDefinition] =
    (cleanup + compression + flushing + limits + timestamps + segments + remote + varve)
    .sorted { $0.name < $1.name }

  /// The definition of a name, nil where there is none.
  package static func named(_ name: String) -> TopicConfigDefinition? { byName[name] }

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
  private static let forever = String(Int64.max)
  private static let minute: Int64 = 60_000
  private static let hour: Int64 = 3_600_000

  private static let cleanup: [TopicConfigDefinition] = [
    .init(
      "cleanup.policy", .list, "delete", .someOf(["compact", "delete"]),
      server: [ServerSynonym("log.cleanup.policy", standard: "delete")],
      "How old records go: delete drops whole segments by age and size, compact keeps the last "
        + "record of each key, both together do both."),
    .init(
      "delete.retention.ms", .long, "86400000", .atLeast(0),
      server: [ServerSynonym("log.cleaner.delete.retention.ms", standard: "86400000")],
      "How long compaction keeps a tombstone, so that readers behind can still see the deletion."),
    .init(
      "max.compaction.lag.ms", .long, forever, .atLeast(1),
      server: [ServerSynonym("log.cleaner.max.compaction.lag.ms", standard: forever)],
      "The longest that a record may wait for compaction."),
    .init(
      "min.cleanable.dirty.ratio", .double, "0.5", .fraction,
      server: [ServerSynonym("log.cleaner.min.cleanable.ratio", standard: "0.5")],
      "The share of a log that must be new since the last compaction before the next."),
    .init(
      "min.compaction.lag.ms", .long, "0", .atLeast(0),
      server: [ServerSynonym("log.cleaner.min.compaction.lag.ms", standard: "0")],
      "How long a record stays as it is before compaction may drop it."),
    .init(
      "retention.bytes", .long, "-1", .atLeast(-1),
      server: [ServerSynonym("log.retention.bytes", standard: "-1")],
      "The size that a partition is held to by dropping its oldest segments; -1 for any size."),
    .init(
      "retention.ms", .long, "604800000", .atLeast(-1),
      server: [
        ServerSynonym("log.retention.ms"),
        ServerSynonym("log.retention.minutes", scale: minute),
        ServerSynonym("log.retention.hours", standard: "168", scale: hour),
      ],
      "How long records are kept before their segment is dropped; -1 for ever."),
  ]

  private static let compression: [TopicConfigDefinition] = [
    .init(
      "compression.gzip.level", .int, "-1", .standardOrBetween(1, 9),
      server: [ServerSynonym("compression.gzip.level", standard: "-1")],
      "How hard gzip tries where compression.type is gzip: -1 for its default."),
    .init(
      "compression.lz4.level", .int, "9", .between(1, 17),
      server: [ServerSynonym("compression.lz4.level", standard: "9")],
      "How hard lz4 tries where compression.type is lz4."),
    .init(
      "compression.type", .string, "producer",
      .oneOf(["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]),
      server: [ServerSynonym("compression.type", standard: "producer")],
      "How batches are stored; producer keeps what the producer sent."),
    .init(
      "compression.zstd.level", .int, "3", .between(-131_072, 22),
      server: [ServerSynonym("compression.zstd.level", standard: "3")],
      "How hard zstd tries where compression.type is zstd."),
  ]

  private static let flushing: [TopicConfigDefinition] = [
    .init(
      "flush.messages", .long, forever, .atLeast(1),
      server: [ServerSynonym("log.flush.interval.messages", standard: forever)],
      "How many records may be written before they are made durable."),
    .init(
      "flush.ms", .long, forever, .atLeast(0),
      server: [
        ServerSynonym("log.flush.interval.ms"), ServerSynonym("log.flush.scheduler.interval.ms"),
      ],
      "How long a record may wait before it is made durable."),
  ]

  private static let limits: [TopicConfigDefinition] = [
    .init(
      "max.message.bytes", .int, "1048588", .atLeast(0),
      server: [ServerSynonym("message.max.bytes", standard: "1048588")],
      "The largest batch that is accepted, as compressed."),
    .init(
      "min.insync.replicas", .int, "1", .atLeast(1),
      server: [ServerSynonym("min.insync.replicas", standard: "1")],
      "How many replicas must have a record that is produced with acks=all."),
    .init(
      "unclean.leader.election.enable", .boolean, "false",
      server: [ServerSynonym("unclean.leader.election.enable", standard: "false")],
      "Whether a replica that lacks records may lead when no other can."),
    .init(
      "follower.replication.throttled.replicas", .list, "", .replicas,
      "The replicas whose followers fetch at a limited rate."),
    .init(
      "leader.replication.throttled.replicas", .list, "", .replicas,
      "The replicas whose leaders send at a limited rate."),
  ]

  private static let timestamps: [TopicConfigDefinition] = [
    .init(
      "message.timestamp.after.max.ms", .long, "3600000", .atLeast(0),
      server: [ServerSynonym("log.message.timestamp.after.max.ms", standard: "3600000")],
      "How far a record's own time may be ahead of the server's."),
    .init(
      "message.timestamp.before.max.ms", .long, forever, .atLeast(0),
      server: [ServerSynonym("log.message.timestamp.before.max.ms", standard: forever)],
      "How far a record's own time may be behind the server's."),
    .init(
      "message.timestamp.type", .string, "CreateTime", .oneOf(["CreateTime", "LogAppendTime"]),
      server: [ServerSynonym("log.message.timestamp.type", standard: "CreateTime")],
      "Whether a record's time is the producer's or that of its append."),
  ]

  private static let segments: [TopicConfigDefinition] = [
    .init(
      "file.delete.delay.ms", .long, "60000", .atLeast(0),
      server: [ServerSynonym("log.segment.delete.delay.ms", standard: "60000")],
      "How long the files of a dropped segment stay on the disk."),
    .init(
      "index.interval.bytes", .int, "4096", .atLeast(0),
      server: [ServerSynonym("log.index.interval.bytes", standard: "4096")],
      "How many bytes of log lie between two entries of its offset index."),
    .init(
      "preallocate", .boolean, "false",
      server: [ServerSynonym("log.preallocate", standard: "false")],
      "Whether a new segment's whole size is reserved on the disk at once."),
    .init(
      "segment.bytes", .int, "1073741824", .atLeast(1_048_576),
      server: [ServerSynonym("log.segment.bytes", standard: "1073741824")],
      "The size at which a segment is closed and the next begun."),
    .init(
      "segment.index.bytes", .int, "10485760", .atLeast(4),
      server: [ServerSynonym("log.index.size.max.bytes", standard: "10485760")],
      "The largest size of a segment's offset index; a full index closes its segment."),
    .init(
      "segment.jitter.ms", .long, "0", .atLeast(0),
      server: [
        ServerSynonym("log.roll.jitter.ms"), ServerSynonym("log.roll.jitter.hours", scale: hour),
      ],
      "The most by which segment.ms is shortened at random, so that not all segments are closed "
        + "at once."),
    .init(
      "segment.ms", .long, "604800000", .atLeast(1),
      server: [ServerSynonym("log.roll.ms"), ServerSynonym("log.roll.hours", scale: hour)],
      "The age at which a segment is closed although it is not full."),
  ]

  /// Tiered storage (KIP-405), which there is none of here: the values are kept.
  private static let remote: [TopicConfigDefinition] = [
    .init(
      "local.retention.bytes", .long, "-2", .atLeast(-2),
      server: [ServerSynonym("log.local.retention.bytes", standard: "-2")],
      "retention.bytes for what is not in tiered storage; -2 for the same."),
    .init(
      "local.retention.ms", .long, "-2", .atLeast(-2),
      server: [ServerSynonym("log.local.retention.ms", standard: "-2")],
      "retention.ms for what is not in tiered storage; -2 for the same."),
    .init(
      "remote.log.copy.disable", .boolean, "false", .none,
      "Whether nothing more is copied to tiered storage."),
    .init(
      "remote.log.delete.on.disable", .boolean, "false", .none,
      "Whether what is in tiered storage goes when tiered storage is turned off."),
    .init(
      "remote.storage.enable", .boolean, "false", .off,
      "Whether closed segments are copied to tiered storage. Varve has none: only false is legal."),
  ]

  private static let varve: [TopicConfigDefinition] = [
    .init(
      "varve.durability", .string, "buffered", .oneOf(["buffered", "interval", "group"]),
      server: [ServerSynonym("varve.durability", standard: "buffered")],
      "When a record is acknowledged: buffered, once the system has it (survives a crash of the "
        + "process); interval, the same with a flush every varve.flush.interval.ms; group, once "
        + "it is on the disk, by flushes that all who wait share (survives loss of power)."),
    .init(
      "varve.flush.interval.ms", .long, "1000", .atLeast(1),
      server: [ServerSynonym("varve.flush.interval.ms", standard: "1000")],
      "The time between two flushes where varve.durability is interval."),
    .init(
      "varve.cold.compression", .string, "none", .oneOf(["none", "gzip"]),
      server: [ServerSynonym("varve.cold.compression", standard: "none")],
      "Whether closed segments are rewritten as gzip batches in the background."),
    .init(
      "varve.cold.compression.after.ms", .long, "86400000", .atLeast(0),
      server: [ServerSynonym("varve.cold.compression.after.ms", standard: "86400000")],
      "How long a segment has been closed before it is compressed."),
    .init(
      "varve.cold.batch.bytes", .int, "262144", .between(4096, 16_777_216),
      server: [ServerSynonym("varve.cold.batch.bytes", standard: "262144")],
      "The size before compression of the batches that cold segments are rewritten as: what a "
        + "read of one record decompresses."),
  ]
}
