/// A config is set, or deleted where the value is null.
package struct ConfigRecord: WireMessage, Equatable {
  package static let api = API(4, versions: 0...0, flexibleSince: 0)

  /// What `resourceName` names; see ``ConfigResourceType``.
  package var resourceType: Int8 = 0
  /// A topic's name, a broker's id; empty for what holds for all brokers.
  package var resourceName = ""
  package var name = ""
  package var value: String?

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&resourceType)
    wire.code(&resourceName)
    wire.code(&name)
    wire.code(&value)
  }
}

/// What has configs.
package enum ConfigResourceType: Int8, Sendable {
  case topic = 2
  case broker = 4
  case brokerLogger = 8
  /// KIP-714.
  case clientMetrics = 16
  /// KIP-848.
  case group = 32
}
