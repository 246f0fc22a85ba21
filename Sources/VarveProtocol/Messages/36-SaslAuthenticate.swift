package import VarveBase

/// A message of the client's in the exchange of a SASL mechanism.
///
/// Version 1 asks how long the session lasts (KIP-368); 2 is flexible.
package struct SaslAuthenticateRequest: WireMessage, Equatable {
  package static let api = API(36, versions: 0...2, flexibleSince: 2)

  package var authBytes = ByteSlice()

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&authBytes)
  }
}

/// The broker's answer in the exchange of a SASL mechanism.
///
/// Version 1 added `sessionLifetimeMilliseconds` (KIP-368); 2 is flexible.
package struct SaslAuthenticateResponse: WireMessage, Equatable {
  package static let api = API(36, versions: 0...2, flexibleSince: 2)

  package var errorCode = ErrorCode.none
  package var errorMessage: String?
  package var authBytes = ByteSlice()
  /// When the client must prove itself again; 0: never.
  package var sessionLifetimeMilliseconds: Int64 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&errorCode)
    wire.code(&errorMessage)
    wire.code(&authBytes)
    wire.code(&sessionLifetimeMilliseconds, since: 1)
  }
}
