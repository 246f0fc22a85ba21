/// The configs of a resource of client metrics (KIP-714), by Kafka's names.
package enum TelemetryConfig: String, CaseIterable, Sendable {
  case interval = "interval.ms"
  case match
  case metrics

  package var type: ConfigType { self == .interval ? .int : .list }

  /// The default, as text.
  package var standard: String { self == .interval ? "300000" : "" }

  package var documentation: String {
    switch self {
    case .interval: "How often a client is to push its metrics, in milliseconds: 100 to 3600000."
    case .match:
      "The clients that are meant, as KEY=PATTERN, where the regular expression holds for all of "
        + "the value; all clients without one. The keys are "
        + TelemetrySelector.allCases.map(\.rawValue).joined(separator: ", ") + "."
    case .metrics: "Prefixes of the names of metrics; * stands for all."
    }
  }
}

/// What a subscription knows clients by (KIP-714).
package enum TelemetrySelector: String, CaseIterable, Sendable {
  case clientInstanceID = "client_instance_id"
  case clientID = "client_id"
  case softwareName = "client_software_name"
  case softwareVersion = "client_software_version"
  case sourceAddress = "client_source_address"
  case sourcePort = "client_source_port"
}
