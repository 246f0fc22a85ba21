internal import VarveBroker

/// What a listener asks of those who come, made once from its ``ListenerSecurity``.
struct Gate: Sendable {
  /// Nil where nobody has to prove anything.
  let sasl: SaslOffer?

  /// Reads what the options name. Throws `.security` where that cannot be used.
  init(_ security: ListenerSecurity, _ broker: Broker) throws(NetworkError) {
    guard security.authenticates else {
      sasl = nil
      return
    }
    var passwords = UserPasswords()
    if security.mechanisms.contains(.plain) {
      guard let file = security.passwordFile else {
        throw NetworkError(
          .security, "the mechanism PLAIN is offered, and no file says which passwords there are")
      }
      passwords = try UserPasswords(file: file)
    }
    sasl = SaslOffer(
      mechanisms: security.mechanisms, passwords: passwords, scram: ScramCredentials(of: broker))
  }
}

extension ScramCredentials {
  /// Those of the broker's metadata log, as they are whenever somebody asks.
  fileprivate init(of broker: Broker) {
    var generator = SystemRandomNumberGenerator()
    self.init(secret: generator.bytes(HashFunction.sha512.byteCount)) { mechanism in
      broker.sampleCredential(mechanism: mechanism.rawValue)
    } lookup: { user, mechanism in
      broker.credential(of: user, mechanism: mechanism.rawValue)
    }
  }
}
