package import VarveSecurity

/// A way for clients to prove who they are (RFC 4422), by the name that SaslHandshake knows it by.
package enum SaslMechanism: String, Sendable, CaseIterable {
  /// The password itself: on a connection that others can't read (RFC 4616).
  case plain = "PLAIN"
  /// Proof of the password, without the password (RFC 5802, RFC 7677).
  case scramSHA256 = "SCRAM-SHA-256"
  case scramSHA512 = "SCRAM-SHA-512"
  /// A token that somebody else has made and signed (RFC 7628).
  case oauthBearer = "OAUTHBEARER"
}

/// SCRAM with one of its hash functions.
package enum ScramMechanism: Int8, Sendable, CaseIterable {
  // Kafka's numbers, in requests and in the metadata log.
  case sha256 = 1
  case sha512 = 2

  package var function: HashFunction {
    switch self {
    case .sha256: .sha256
    case .sha512: .sha512
    }
  }
}
