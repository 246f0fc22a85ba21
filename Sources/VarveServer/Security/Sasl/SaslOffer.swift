internal import VarveSecurity

/// The mechanisms that a listener offers, and what it checks clients against.
package struct SaslOffer: Sendable {
  package let mechanisms: [SaslMechanism]
  private let passwords: UserPasswords
  private let scram: ScramCredentials
  private let tokens: TokenVerifier?
  /// How long a session lasts at most, in milliseconds; 0: as long as its connection.
  let sessionMillisecondsMax: Int64

  /// - Parameters:
  ///   - mechanisms: Those that are offered.
  ///   - passwords: What PLAIN is checked against.
  ///   - scram: What SCRAM is checked against.
  ///   - tokens: What OAUTHBEARER is checked against; there where it is offered.
  ///   - sessionMillisecondsMax: How long a session lasts at most; 0: as long as its connection.
  package init(
    mechanisms: [SaslMechanism], passwords: UserPasswords, scram: ScramCredentials,
    tokens: TokenVerifier? = nil, sessionMillisecondsMax: Int64 = 0
  ) {
    self.mechanisms = mechanisms
    self.passwords = passwords
    self.scram = scram
    self.tokens = tokens
    self.sessionMillisecondsMax = sessionMillisecondsMax
  }

  /// A new exchange; nil for a mechanism that is not offered.
  func exchange(of name: String) -> (mechanism: SaslMechanism, exchange: SaslExchange)? {
    guard let mechanism = SaslMechanism(rawValue: name), mechanisms.contains(mechanism) else {
      return nil
    }
    return switch mechanism {
    case .plain: (mechanism, .plain(passwords))
    case .scramSHA256: (mechanism, .scram(ScramExchange(.sha256, scram, nonce: Self.nonce())))
    case .scramSHA512: (mechanism, .scram(ScramExchange(.sha512, scram, nonce: Self.nonce())))
    case .oauthBearer: tokens.map { (mechanism, .oauth(OAuthExchange($0))) }
    }
  }

  private static func nonce() -> String {
    var generator = SystemRandomNumberGenerator()
    return Base64.encode(generator.bytes(24))
  }
}
