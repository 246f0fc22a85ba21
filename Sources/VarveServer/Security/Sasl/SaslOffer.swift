/// The mechanisms that a listener offers, and what it checks clients against.
package struct SaslOffer: Sendable {
  package let mechanisms: [SaslMechanism]
  private let passwords: UserPasswords
  private let scram: ScramCredentials

  package init(
    mechanisms: [SaslMechanism], passwords: UserPasswords, scram: ScramCredentials
  ) {
    self.mechanisms = mechanisms
    self.passwords = passwords
    self.scram = scram
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
    }
  }

  private static func nonce() -> String {
    var generator = SystemRandomNumberGenerator()
    return Base64.encode(generator.bytes(24))
  }
}
