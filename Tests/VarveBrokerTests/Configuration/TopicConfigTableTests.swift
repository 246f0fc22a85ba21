import Testing
import VarveBroker
import VarveTestSupport

/// Goal: the table of topic configs is Kafka's. Method: what Kafka 4.0's tool printed of a topic
/// with two configs of its own on a server with three.
struct TopicConfigTableTests {
  /// A line of `kafka-configs --describe --all`.
  struct Line: Hashable {
    let name: String
    let value: String
    let synonyms: [String]

    init?(_ text: String) {
      let pattern = #/\ +([a-z0-9.]+)=(.*) sensitive=false synonyms=\{(.*)\}/#
      guard let match = text.wholeMatch(of: pattern) else { return nil }
      name = String(match.1)
      value = String(match.2)
      synonyms = match.3.isEmpty ? [] : match.3.split(separator: ", ").map(String.init)
    }
  }

  static func described() throws -> [Line] {
    try GoldenData.lines("java-tools/topic-configs.txt").compactMap(Line.init)
  }

  @Test("G26: every topic config has Kafka's default, source and synonyms")
  func describedAsByKafka() throws {
    let server = try ServerDefaults(file: [
      "log.retention.ms": "-1", "log.retention.hours": "168", "log.segment.bytes": "1073741824",
    ])
    let configuration = try TopicConfiguration(
      ["cleanup.policy": "compact", "retention.ms": "60000"], server: server)
    let entries = Dictionary(uniqueKeysWithValues: configuration.entries.map { ($0.name, $0) })
    let lines = try Self.described()
    #expect(lines.count == 33)
    for line in lines {
      let entry = try #require(entries[line.name], "\(line.name)")
      #expect(entry.value == line.value, "\(line.name)")
      let synonyms = entry.synonyms.map { "\(Self.name(of: $0.source)):\($0.name)=\($0.value)" }
      #expect(synonyms == line.synonyms, "\(line.name)")
      #expect(!entry.documentation.isEmpty)
    }
    let ours = entries.keys.filter { !$0.hasPrefix("varve.") }
    #expect(Set(ours) == Set(lines.map(\.name)))
  }

  private static func name(of source: ConfigSource) -> String {
    switch source {
    case .dynamicTopic: "DYNAMIC_TOPIC_CONFIG"
    case .dynamicBroker: "DYNAMIC_BROKER_CONFIG"
    case .dynamicDefaultBroker: "DYNAMIC_DEFAULT_BROKER_CONFIG"
    case .staticBroker: "STATIC_BROKER_CONFIG"
    case .standard: "DEFAULT_CONFIG"
    case .clientMetrics: "DYNAMIC_CLIENT_METRICS_CONFIG"
    case .dynamicGroup: "DYNAMIC_GROUP_CONFIG"
    }
  }

  @Test(arguments: TopicConfigDefinition.all.map(\.name))
  func `a default is legal`(_ name: String) throws {
    let definition = try #require(TopicConfigDefinition.named(name))
    let value = try definition.value(of: definition.standard)
    #expect(ConfigValue(definition.standard, type: definition.type) == value)
  }

  @Test func `a text that no record of Kafka's holds is not a value`() {
    let longest = String(repeating: "é", count: 16_383)
    #expect(ConfigValue(longest, type: .string) == .string(longest))
    for type in [ConfigType.string, .list] {
      #expect(ConfigValue(longest + "é", type: type) == nil)
    }
  }

  /// The edges of every range: the last value that is legal and the first that is not.
  @Test(arguments: [
    ("segment.bytes", "1048576", "1048575"), ("segment.bytes", "2147483647", "2147483648"),
    ("segment.ms", "1", "0"), ("retention.ms", "-1", "-2"), ("retention.bytes", "-1", "-2"),
    ("segment.index.bytes", "4", "3"), ("index.interval.bytes", "0", "-1"),
    ("max.message.bytes", "0", "-1"), ("min.cleanable.dirty.ratio", "1", "1.01"),
    ("min.cleanable.dirty.ratio", "0", "-0.01"), ("min.cleanable.dirty.ratio", "1e-3", "nan"),
    ("cleanup.policy", "compact, delete", "compact,compact"), ("cleanup.policy", "", "remove"),
    ("compression.type", "zstd", "brotli"), ("compression.type", "gzip", "GZIP"),
    ("compression.gzip.level", "-1", "0"), ("compression.gzip.level", "9", "10"),
    ("compression.lz4.level", "17", "18"), ("compression.zstd.level", "-131072", "-131073"),
    ("message.timestamp.type", "LogAppendTime", "Now"), ("preallocate", "TRUE", "yes"),
    ("min.insync.replicas", "1", "0"), ("max.compaction.lag.ms", "1", "0"),
    ("flush.messages", "1", "0"), ("flush.ms", "0", "-1"), ("local.retention.ms", "-2", "-3"),
    ("remote.storage.enable", "false", "true"), ("flush.ms", " 5 ", "5s"),
    ("leader.replication.throttled.replicas", "0:1,1:2", "0-1"),
    ("follower.replication.throttled.replicas", "*", "*,0:1"),
    ("varve.durability", "group", "each"), ("varve.flush.interval.ms", "1", "0"),
    ("varve.cold.compression", "gzip", "zstd"), ("varve.cold.batch.bytes", "4096", "4095"),
    ("varve.cold.compression.after.ms", "0", "-1"),
  ])
  func `a value is legal up to its edge`(_ name: String, _ legal: String, _ illegal: String) throws
  {
    let lag = name == "max.compaction.lag.ms" ? ["min.compaction.lag.ms": "0"] : [:]
    #expect(throws: Never.self) {
      try TopicConfiguration(lag.merging([name: legal]) { $1 })
    }
    let error = #expect(throws: ConfigError.self) { try TopicConfiguration([name: illegal]) }
    #expect(error?.code == .invalidValue && error?.name == name && error?.value == illegal)
    #expect(error?.reason.hasPrefix("it must be ") == true)
  }
}
