/// A quota of a user, a client id or an address is set or removed (KIP-546).
package struct ClientQuotaRecord: WireMessage, Equatable {
  package static let api = API(14, versions: 0...0, flexibleSince: 0)

  package var entity: [Part] = []
  /// The quota's name, `producer_byte_rate` say.
  package var key = ""
  package var value: Double = 0
  package var isRemoved = false

  /// One part of what the quota is of: a type, and a name or null for the default of that type.
  package struct Part: WireStruct, Hashable, Sendable {
    /// `user`, `client-id` or `ip`.
    package var type = ""
    package var name: String?

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&type)
      wire.code(&name)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&entity)
    wire.code(&key)
    wire.code(&value)
    wire.code(&isRemoved)
  }
}
