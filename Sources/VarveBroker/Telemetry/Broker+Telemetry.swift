internal import VarveBase
internal import VarveProtocol

/// Which metrics clients are to push (KIP-714).
extension Broker {
  /// The names of the resources of client metrics.
  package var telemetryResources: [String] { storedTelemetry.map(\.name) }

  /// What a resource of client metrics sets; nothing where there is none of the name.
  package func telemetryConfigs(of name: String) -> [String: String] {
    metadata.image.configs[.clientMetrics(name)] ?? [:]
  }

  /// Changes the configs of a resource of client metrics, all or none, durably and at once. One
  /// that sets nothing any more is no more.
  ///
  /// Throws `.catalog(.invalidConfig)` for a config that there is not, or a value that is not
  /// legal.
  package func alterTelemetry(
    of name: String, _ changes: [ConfigChange], onlyValidates: Bool
  ) throws(BrokerError) {
    try changing { () throws(BrokerError) in
      do {
        let old = telemetryConfigs(of: name)
        var new = old
        for change in changes { try Self.apply(change, to: &new) }
        _ = try TelemetrySubscription(name, new)
        if onlyValidates { return }
        let records = Set(old.keys).union(new.keys).sorted().filter { old[$0] != new[$0] }
          .map {
            MetadataRecord.config(ConfigRecord(.clientMetrics(name), name: $0, value: new[$0]))
          }
        try metadata.change { _, _ in records }
        takeTelemetry()
      } catch { throw BrokerError(any: error) }
    }
  }

  /// Lets the subscriptions that are stored hold.
  func takeTelemetry() { telemetry.update(options.logger) { storedTelemetry } }

  private var storedTelemetry: [(name: String, configs: [String: String])] {
    metadata.image.configs.filter { $0.key.type == ConfigResourceType.clientMetrics.rawValue }
      .sorted { $0.key < $1.key }.map { ($0.key.name, $0.value) }
  }

  private static func apply(
    _ change: ConfigChange, to configs: inout [String: String]
  ) throws(ConfigError) {
    guard let config = TelemetryConfig(rawValue: change.name) else {
      throw ConfigError(
        .unknownName, name: change.name, value: nil,
        reason: "client metrics have interval.ms, match and metrics")
    }
    try change.apply(to: &configs, type: config.type, standard: config.standard)
  }
}

extension ConfigResource {
  fileprivate static func clientMetrics(_ name: String) -> ConfigResource {
    ConfigResource(type: ConfigResourceType.clientMetrics.rawValue, name: name)
  }
}
