package import VarveBase

/// Chooses how the client will prove who it is.
///
/// After version 0 come the mechanism's own messages without Kafka's headers; after version 1 they
/// come in SaslAuthenticate (KIP-152).
package struct SaslHandshakeRequest: WireMessage, Equatable {
  package static let api = API(17, versions: 0...1)

  /// `PLAIN`, `SCRAM-SHA-256`, `SCRAM-SHA-512` or `OAUTHBEARER`.
  package var mechanism = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&mechanism)
  }
}

/// Whether the mechanism is known, and which are.
package struct SaslHandshakeResponse: WireMessage, Equatable {
  package static let api = API(17, versions: 0...1)

  package var errorCode = ErrorCode.none
  package var mechanisms: [String] = []

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&errorCode)
    wire.code(&mechanisms)
  }
}
