import Testing
import VarveBroker
import VarveLog

/// Goal: a topic's configs are what was set, over the server's, over the defaults; a change that
/// cannot be made changes nothing.
struct TopicConfigurationTests {
  @Test func `without configs the log's defaults are in force`() throws {
    #expect(try TopicConfiguration().logConfiguration == LogConfiguration())
  }

  @Test func `a topic's own configs reach the log`() throws {
    let log = try TopicConfiguration([
      "cleanup.policy": "compact,delete", "compression.type": "zstd",
      "compression.zstd.level": "7", "retention.ms": "-1", "retention.bytes": "9",
      "message.timestamp.type": "LogAppendTime", "varve.durability": "interval",
      "varve.flush.interval.ms": "50", "varve.cold.compression": "gzip",
      "varve.cold.compression.after.ms": "51", "varve.cold.batch.bytes": "5000",
      "min.cleanable.dirty.ratio": "0.25", "segment.bytes": "1048577", "segment.ms": "52",
      "segment.index.bytes": "53", "index.interval.bytes": "54", "max.message.bytes": "55",
      "file.delete.delay.ms": "56", "delete.retention.ms": "57", "min.compaction.lag.ms": "58",
      "max.compaction.lag.ms": "59", "flush.messages": "60", "flush.ms": "61",
      "message.timestamp.before.max.ms": "62", "message.timestamp.after.max.ms": "63",
    ]).logConfiguration
    var expected = LogConfiguration()
    expected.cleanupPolicy = [.delete, .compact]
    expected.compression = .zstd
    expected.compressionLevel = 7
    expected.retentionMilliseconds = -1
    expected.retentionBytes = 9
    expected.timestampType = .logAppend
    expected.durability = .interval
    expected.flushIntervalMilliseconds = 50
    expected.isColdCompressed = true
    expected.coldCompressionAfterMilliseconds = 51
    expected.coldBatchBytes = 5000
    expected.minCleanableDirtyRatio = 0.25
    expected.segmentBytes = 1_048_577
    expected.segmentMilliseconds = 52
    expected.segmentIndexBytes = 53
    expected.indexIntervalBytes = 54
    expected.maxMessageBytes = 55
    expected.fileDeleteDelayMilliseconds = 56
    expected.deleteRetentionMilliseconds = 57
    expected.minCompactionLagMilliseconds = 58
    expected.maxCompactionLagMilliseconds = 59
    expected.flushMessages = 60
    expected.flushMilliseconds = 61
    expected.timestampBeforeMaxMilliseconds = 62
    expected.timestampAfterMaxMilliseconds = 63
    #expect(log == expected)
  }

  @Test(
    arguments: [
      (["compression.type": "producer"], nil, nil),
      (["compression.type": "uncompressed"], "none", nil),
      (["compression.type": "gzip"], "gzip", nil),
      (["compression.type": "gzip", "compression.gzip.level": "2"], "gzip", 2),
      (["compression.type": "snappy"], "snappy", nil), (["compression.type": "lz4"], "lz4", 9),
      (["compression.type": "zstd"], "zstd", 3),
      (["compression.type": "zstd", "compression.zstd.level": "-1"], "zstd", -1),
    ] as [([String: String], String?, Int32?)])
  func `a codec comes with its level`(
    _ configs: [String: String], _ codec: String?, _ level: Int32?
  ) throws {
    let log = try TopicConfiguration(configs).logConfiguration
    #expect(log.compression.map { "\($0)" } == codec)
    #expect(log.compressionLevel == level)
  }

  @Test func `the server's configs hold where the topic says nothing, in their own units`() throws {
    let server = try ServerDefaults(
      file: ["log.retention.hours": "2", "log.roll.hours": "3", "log.segment.bytes": "2000000"],
      broker: ["log.segment.bytes": "3000000"], cluster: ["log.segment.bytes": "4000000"])
    let inherited = try TopicConfiguration(server: server)
    #expect(inherited.logConfiguration.retentionMilliseconds == 7_200_000)
    #expect(inherited.logConfiguration.segmentMilliseconds == 10_800_000)
    #expect(inherited.logConfiguration.segmentBytes == 3_000_000)
    let own = try TopicConfiguration(["retention.ms": "5"], server: server)
    #expect(own.logConfiguration.retentionMilliseconds == 5)
    let minutes = try ServerDefaults(
      file: ["log.retention.hours": "2", "log.retention.minutes": "1"])
    #expect(
      try TopicConfiguration(server: minutes).logConfiguration.retentionMilliseconds == 60_000)
    let forever = try ServerDefaults(file: ["log.retention.hours": "-1"])
    #expect(try TopicConfiguration(server: forever).logConfiguration.retentionMilliseconds == -1)
  }

  @Test func `a bad value of the server names the server's config`() {
    let error = #expect(throws: ConfigError.self) {
      try ServerDefaults(file: ["log.segment.bytes": "10", "unrelated": "x"])
    }
    #expect(
      error?.description
        == "invalid value 10 for configuration log.segment.bytes: it must be a 32-bit number of "
        + "at least 1048576")
  }

  @Test func `an unknown name and values that do not go together are refused`() {
    let unknown = #expect(throws: ConfigError.self) {
      try TopicConfiguration(["segmentbytes": "1"])
    }
    #expect(unknown?.code == .unknownName && unknown?.name == "segmentbytes")
    let conflict = #expect(throws: ConfigError.self) {
      try TopicConfiguration(["min.compaction.lag.ms": "11", "max.compaction.lag.ms": "10"])
    }
    #expect(conflict?.code == .conflict)
  }

  @Test func `changes set, delete, append and subtract`() throws {
    let start = try TopicConfiguration(["retention.ms": "5", "segment.ms": "7"])
    let changed = try start.applying([
      .set(name: "segment.ms", value: "8"), .delete(name: "retention.ms"),
      .append(name: "cleanup.policy", value: "compact,delete"),
      .append(name: "leader.replication.throttled.replicas", value: "0:1"),
    ])
    #expect(
      changed.overrides == [
        "segment.ms": "8", "cleanup.policy": "delete,compact",
        "leader.replication.throttled.replicas": "0:1",
      ])
    let fewer = try changed.applying([.subtract(name: "cleanup.policy", value: "delete")])
    #expect(fewer.overrides["cleanup.policy"] == "compact")
    #expect(fewer.logConfiguration.cleanupPolicy == .compact)
  }

  @Test(arguments: [
    ConfigChange.set(name: "no.such.config", value: "1"), .delete(name: "no.such.config"),
    .set(name: "segment.ms", value: "none"), .append(name: "segment.ms", value: "1"),
    .subtract(name: "compression.type", value: "gzip"),
    .append(name: "cleanup.policy", value: "never"), .set(name: "retention.ms", value: "1"),
  ])
  func `one bad change spoils them all`(_ bad: ConfigChange) throws {
    let start = try TopicConfiguration(["retention.ms": "5"])
    #expect(throws: ConfigError.self) {
      try start.applying([.set(name: "retention.ms", value: "6"), bad])
    }
  }

  @Test func `what was stored and is not understood is kept and not in the way`() throws {
    var faults: [ConfigError] = []
    let stored = TopicConfiguration(
      stored: ["from.the.future": "1", "segment.ms": "soon", "retention.ms": "5"], faults: &faults)
    #expect(faults.map(\.name) == ["from.the.future", "segment.ms"])
    #expect(stored.logConfiguration.retentionMilliseconds == 5)
    #expect(stored.logConfiguration.segmentMilliseconds == 604_800_000)
    let changed = try stored.applying([.set(name: "retention.ms", value: "6")])
    #expect(changed.overrides["from.the.future"] == "1")
    let without = try changed.applying([
      .delete(name: "from.the.future"), .set(name: "segment.ms", value: "9"),
    ])
    #expect(without.overrides == ["retention.ms": "6", "segment.ms": "9"])
  }
}
