/// What a client says it is, in ApiVersions (KIP-511).
package struct ClientSoftware: Equatable, Sendable {
  package let name: String
  package let version: String

  /// Long names are cut.
  package init(name: String, version: String) {
    self.name = String(decoding: name.utf8.prefix(64), as: UTF8.self)
    self.version = String(decoding: version.utf8.prefix(64), as: UTF8.self)
  }

  /// As Kafka calls a client that does not say.
  package static let unknown = ClientSoftware(name: "unknown", version: "unknown")
}
