import Testing
import VarveBroker

/// Goal: a topic's configs are what was set, over the server's, over the defaults; a change that
/// cannot be made changes nothing.
struct TopicConfigurationTests {
  @Test func `without configs the defaults are in force`() throws {
    let configuration = try TopicConfiguration()
    #expect(configuration.segmentBytes == 1 << 30)
    #expect(configuration.retentionMilliseconds == 604_800_000)
    #expect(configuration.retentionBytes == nil)
    #expect(configuration.isDeleted && !configuration.isCompacted)
    #expect(configuration.compression == .producer)
    #expect(configuration.flushMessages == nil && configuration.flushMilliseconds == nil)
    #expect(configuration.durability == .buffered)
    #expect(configuration.coldCompressionAfter == nil)
    #expect(!configuration.isAppendTime)
  }

  @Test func `a topic's own configs are read with their types`() throws {
    let configuration = try TopicConfiguration([
      "cleanup.policy": "compact,delete", "compression.type": "zstd",
      "compression.zstd.level": "7", "retention.ms": "-1",
      "message.timestamp.type": "LogAppendTime",
      "varve.durability": "interval", "varve.flush.interval.ms": "50",
      "varve.cold.compression": "gzip", "min.cleanable.dirty.ratio": "0.25", "preallocate": "True",
    ])
    #expect(configuration.isDeleted && configuration.isCompacted)
    #expect(configuration.compression == .zstd(level: 7))
    #expect(configuration.retentionMilliseconds == nil)
    #expect(configuration.isAppendTime && configuration.isPreallocated)
    #expect(configuration.durability == .interval(milliseconds: 50))
    #expect(configuration.coldCompressionAfter == 86_400_000)
    #expect(configuration.minCleanableDirtyRatio == 0.25)
  }

  @Test func `the server's configs hold where the topic says nothing, in their own units`() throws {
    let server = try ServerDefaults(
      file: ["log.retention.hours": "2", "log.roll.hours": "3", "log.segment.bytes": "2000000"],
      broker: ["log.segment.bytes": "3000000"], cluster: ["log.segment.bytes": "4000000"])
    let inherited = try TopicConfiguration(server: server)
    #expect(inherited.retentionMilliseconds == 7_200_000)
    #expect(inherited.segmentMilliseconds == 10_800_000)
    #expect(inherited.segmentBytes == 3_000_000)
    let own = try TopicConfiguration(["retention.ms": "5"], server: server)
    #expect(own.retentionMilliseconds == 5)
    let minutes = try ServerDefaults(
      file: ["log.retention.hours": "2", "log.retention.minutes": "1"])
    #expect(try TopicConfiguration(server: minutes).retentionMilliseconds == 60_000)
    let forever = try ServerDefaults(file: ["log.retention.hours": "-1"])
    #expect(try TopicConfiguration(server: forever).retentionMilliseconds == nil)
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
    #expect(fewer.isCompacted && !fewer.isDeleted)
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
    #expect(stored.retentionMilliseconds == 5)
    #expect(stored.segmentMilliseconds == 604_800_000)
    let changed = try stored.applying([.set(name: "retention.ms", value: "6")])
    #expect(changed.overrides["from.the.future"] == "1")
    let without = try changed.applying([
      .delete(name: "from.the.future"), .set(name: "segment.ms", value: "9"),
    ])
    #expect(without.overrides == ["retention.ms": "6", "segment.ms": "9"])
  }
}
