/// A way in which tokens are signed, by its name in their headers (RFC 7518, section 3.1).
///
/// Each is for one type of key, so that nobody makes a key of one type do for another. Those with a
/// shared secret are left out: who checks a token must not be able to make one.
package enum SignatureAlgorithm: String, Sendable, CaseIterable {
  case rs256 = "RS256"
  case rs384 = "RS384"
  case rs512 = "RS512"
  case es256 = "ES256"
  case es384 = "ES384"
  case es512 = "ES512"

  /// The type of the keys that it is for.
  package var keyType: KeyType {
    switch self {
    case .rs256, .rs384, .rs512: .rsa
    case .es256: .p256
    case .es384: .p384
    case .es512: .p521
    }
  }

  /// A type of key. ECDSA has one hash function for each curve.
  package enum KeyType: String, Sendable {
    case rsa = "RSA"
    case p256 = "P-256"
    case p384 = "P-384"
    case p521 = "P-521"

    /// The bytes of a coordinate, and of each half of a signature; nil for RSA.
    var coordinateByteCount: Int? {
      switch self {
      case .rsa: nil
      case .p256: 32
      case .p384: 48
      case .p521: 66
      }
    }
  }
}
