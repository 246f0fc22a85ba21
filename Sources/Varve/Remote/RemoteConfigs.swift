internal import VarveBase
internal import VarveLog
internal import VarveProtocol

/// The configs of a topic as a broker describes them.
struct RemoteConfigs {
  /// The number of topics among resources.
  static let topic: Int8 = 2
  /// The number of groups.
  static let group: Int8 = 32
  private static let setByTopic: Int8 = 1
  private static let setByNobody: Int8 = 5

  private let configs: [DescribeConfigsResponse.Resource.Config]

  init(_ resource: DescribeConfigsResponse.Resource) {
    configs = resource.configs.sorted { $0.name < $1.name }
  }

  var entries: [ConfigEntry] {
    configs.map {
      ConfigEntry(
        name: $0.name, value: $0.value ?? "", isDefault: $0.source == Self.setByNobody,
        isOverridden: $0.source == Self.setByTopic, documentation: $0.documentation ?? "")
    }
  }

  /// What the topic sets itself.
  var overrides: [TopicConfig] {
    configs.filter { $0.source == Self.setByTopic }.map { TopicConfig($0.name, $0.value ?? "") }
  }

  private func value(_ name: String) -> String? { configs.first { $0.name == name }?.value }

  /// What producers are to see to. A config that is not described does not bind them: the broker
  /// judges every batch anyway.
  var rules: RecordRules {
    var rules = RecordRules()
    let limits = ["max.message.bytes", "segment.bytes"].compactMap { value($0).flatMap(Int.init) }
    if let limit = limits.min() { rules.batchBytesMax = limit }
    rules.requiresKeys = value("cleanup.policy")?.contains("compact") ?? false
    if value("message.timestamp.type") != TopicConfig.TimestampSource.log.rawValue {
      rules.timestampBeforeMax = time("message.timestamp.before.max.ms")
      rules.timestampAfterMax = time("message.timestamp.after.max.ms")
    }
    rules.compression = compression
    return rules
  }

  private func time(_ name: String) -> Int64 { value(name).flatMap(Int64.init) ?? .max }

  private var compression: Compression? {
    guard let name = value("compression.type") else { return nil }
    if name == "uncompressed" { return Compression.none }
    guard let named = Compression(named: name) else { return nil }
    // Kafka's -1 stands for a codec's default.
    let level = value("compression.\(name).level").flatMap { Int($0) }
    let isLegal = level.map { named.codec.levels?.contains($0) ?? false } ?? false
    return Compression(named.codec, level: isLegal ? level : nil)
  }
}
