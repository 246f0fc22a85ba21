internal import Synchronization
internal import VarveBase
internal import VarveBroker
internal import VarveSecurity

/// What a listener asks of those who come, made from its ``ListenerSecurity``.
final class Gate: Sendable {
  /// What is asked of one client.
  struct Asked: Sendable {
    /// Nil where nobody has to prove anything by a mechanism of SASL.
    let sasl: SaslOffer?
    /// Nil where connections are not encrypted.
    let tls: TLSContext?
  }

  private let security: ListenerSecurity
  private let broker: Broker
  private let logger: Logger
  private let state: Mutex<Asked>

  /// Reads what the options name. Throws `.security` where that cannot be used.
  init(
    _ security: ListenerSecurity, _ broker: Broker, _ logger: Logger
  ) throws(NetworkError) {
    self.security = security
    self.logger = logger
    self.broker = broker
    state = Mutex(try Self.asked(security, broker, logger))
  }

  /// What is asked of a client that comes now.
  var current: Asked { state.withLock { $0 } }

  /// Reads the files that the options name. Throws `.security` where they cannot be used.
  func read() throws(NetworkError) -> Asked { try Self.asked(security, broker, logger) }

  /// Asks this of those who come from now on.
  func change(to asked: Asked) { state.withLock { $0 = asked } }

  private static func asked(
    _ security: ListenerSecurity, _ broker: Broker, _ logger: Logger
  ) throws(NetworkError) -> Asked {
    var tls: TLSContext?
    if let options = security.tls {
      do throws(TLSError) { tls = try TLSContext(options) } catch {
        throw NetworkError(.security, error.description)
      }
    }
    return Asked(sasl: try offer(security, broker, logger), tls: tls)
  }

  private static func offer(
    _ security: ListenerSecurity, _ broker: Broker, _ logger: Logger
  ) throws(NetworkError) -> SaslOffer? {
    guard !security.mechanisms.isEmpty else { return nil }
    var passwords = UserPasswords()
    if security.mechanisms.contains(.plain) {
      guard let file = security.passwordFile else {
        throw NetworkError(
          .security, "the mechanism PLAIN is offered, and no file says which passwords there are")
      }
      passwords = try UserPasswords(file: file)
    }
    return SaslOffer(
      mechanisms: security.mechanisms, passwords: passwords,
      scram: try ScramCredentials(of: broker),
      tokens: try tokens(security, logger),
      sessionMillisecondsMax: security.sessionMillisecondsMax)
  }

  private static func tokens(
    _ security: ListenerSecurity, _ logger: Logger
  ) throws(NetworkError) -> TokenVerifier? {
    guard security.mechanisms.contains(.oauthBearer) else { return nil }
    guard let options = security.tokens else {
      throw NetworkError(
        .security, "the mechanism OAUTHBEARER is offered, and no file says which keys sign tokens")
    }
    return try TokenVerifier(options, logger: logger)
  }
}

extension ScramCredentials {
  /// Those of the broker's metadata log, as they are whenever somebody asks.
  fileprivate init(of broker: Broker) throws(NetworkError) {
    let secret: [UInt8]
    do throws(BrokerError) { secret = try broker.decoySecret() } catch {
      throw NetworkError(.security, "no secret for the users that are none: \(error)")
    }
    self.init(secret: secret) { mechanism in
      broker.sampleCredential(mechanism: mechanism.rawValue)
    } lookup: { user, mechanism in
      broker.credential(of: user, mechanism: mechanism.rawValue)
    }
  }
}
