/// A listener as the config `listeners` writes it: `NAME://HOST:PORT`, or `HOST:PORT` alone for one
/// of the name PLAINTEXT. Without a host, every address of the machine reaches it.
package struct ListenerSetting: Hashable, Sendable {
  /// In capitals.
  package let name: String
  /// What is spoken: what `listener.security.protocol.map` says of the name, or the name itself.
  package let securityProtocol: String
  /// `HOST:PORT`.
  package let address: String

  package static let plaintext = "PLAINTEXT"

  /// The listeners that clients connect to.
  ///
  /// - Parameters:
  ///   - configs: The server's; those in question are `listeners`,
  ///     `listener.security.protocol.map` and `controller.listener.names`.
  ///   - config: The config that has the list: `listeners` or `advertised.listeners`.
  /// - Throws: ``ConfigError`` where two have one name, or the map has no `NAME:PROTOCOL`.
  package static func list(
    _ config: String, in configs: [String: String]
  ) throws(ConfigError) -> [ListenerSetting] {
    let protocols = try protocols(configs[protocolMap] ?? "")
    let controllers = ConfigValue.elements(of: configs["controller.listener.names"] ?? "")
      .map { $0.uppercased() }
    var listeners: [ListenerSetting] = []
    for text in ConfigValue.elements(of: configs[config] ?? "") {
      let listener = ListenerSetting(text, protocols)
      if controllers.contains(listener.name) { continue }
      let isNamed = text.contains("://")
      if isNamed, listeners.contains(where: { $0.name == listener.name }) {
        throw ConfigError(
          .conflict, name: config, value: configs[config],
          reason: "two listeners have the name \(listener.name)")
      }
      listeners.append(listener)
    }
    return listeners
  }

  private init(_ text: String, _ protocols: [String: String]) {
    var name = Self.plaintext
    var address = text[...]
    if let slashes = text.firstRange(of: "://") {
      name = text[..<slashes.lowerBound].uppercased()
      address = text[slashes.upperBound...]
    }
    self.name = name
    self.address = address.hasPrefix(":") ? "0.0.0.0\(address)" : String(address)
    securityProtocol = protocols[name] ?? name
  }

  private static let protocolMap = "listener.security.protocol.map"

  private static func protocols(_ text: String) throws(ConfigError) -> [String: String] {
    var protocols: [String: String] = [:]
    for pair in ConfigValue.elements(of: text) {
      let parts = pair.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, !parts.contains(where: \.isEmpty) else {
        throw ConfigError(
          .invalidValue, name: protocolMap, value: text, reason: "'\(pair)' is not NAME:PROTOCOL")
      }
      protocols[parts[0].uppercased()] = parts[1].uppercased()
    }
    return protocols
  }
}
