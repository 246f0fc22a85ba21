package import VarveBase
package import VarveBroker
package import VarveProtocol

/// How far a connection's client has come with proving who it is. Without I/O.
///
/// ```
/// ApiVersions*, SaslHandshake, SaslAuthenticate+, then all other requests
/// ```
///
/// After version 0 of SaslHandshake the mechanism's messages come as frames without a header.
/// Whatever goes wrong ends the connection once the client was told.
///
/// A session may be over before the connection is (KIP-368). The client proves itself anew in time,
/// as the same user and by the same mechanism; nothing else is answered once it is late.
package struct Authentication: Sendable {
  private enum State {
    case awaitingMechanism
    case exchanging(SaslMechanism, SaslExchange, hasBareTokens: Bool)
    case done
    case failed
  }

  private let offer: SaslOffer?
  private let time: any TimeSource
  private var state: State
  /// What was proved last; kept while the client proves it anew.
  private var session: SaslSession?

  /// - Parameters:
  ///   - offer: Nil where nobody has to prove anything.
  ///   - time: What sessions end by.
  package init(_ offer: SaslOffer?, time: any TimeSource = SystemTime()) {
    self.offer = offer
    self.time = time
    if offer == nil {
      state = .done
      session = SaslSession(principal: .anonymous, mechanism: nil, end: nil)
    } else {
      state = .awaitingMechanism
    }
  }

  /// Who the client is; nil while that is not known.
  package var principal: Principal? { hasFailed ? nil : session?.principal }

  /// Whether the client has to prove anew who it is before anything else.
  package var isOver: Bool {
    session?.end.map { $0 <= time.monotonicNanoseconds } ?? false
  }

  package var hasFailed: Bool {
    if case .failed = state { true } else { false }
  }

  /// Whether the next frame is a message of the mechanism, without a header.
  package var takesBareTokens: Bool {
    if case .exchanging(_, _, hasBareTokens: true) = state { true } else { false }
  }

  /// Whether a request of this key may be begun.
  package func admits(_ key: Int16) -> Bool {
    switch state {
    case .done: !isOver || key == SaslHandshakeRequest.api.key
    case .failed: false
    case .awaitingMechanism, .exchanging:
      [SaslHandshakeRequest.api.key, ApiVersionsRequest.api.key, SaslAuthenticateRequest.api.key]
        .contains(key)
    }
  }

  /// The client has a certificate of this subject: that is who it is, where no mechanism is asked
  /// for.
  package mutating func identify(_ name: String) {
    guard offer == nil else { return }
    session = SaslSession(principal: Principal(user: name), mechanism: nil, end: nil)
  }

  /// The client chooses a mechanism. Returns what it is told, and why the log is told of it.
  package mutating func choose(
    _ mechanism: String, hasBareTokens: Bool
  ) -> (response: SaslHandshakeResponse, refusal: SaslRefusal?) {
    var response = SaslHandshakeResponse()
    guard let offer, takesMechanism else {
      response.errorCode = .illegalSASLState
      return (response, fail("SaslHandshake out of turn"))
    }
    let before = session?.mechanism
    response.mechanisms = (before.map { [$0] } ?? offer.mechanisms).map(\.rawValue)
    guard let chosen = offer.exchange(of: mechanism), chosen.mechanism == before ?? chosen.mechanism
    else {
      state = .failed
      response.errorCode = .unsupportedSASLMechanism
      return (response, SaslRefusal("a mechanism that is not offered, or not any more"))
    }
    state = .exchanging(chosen.mechanism, chosen.exchange, hasBareTokens: hasBareTokens)
    return (response, nil)
  }

  /// Whether the client may choose a mechanism: at first, and anew where its session ends.
  private var takesMechanism: Bool {
    switch state {
    case .awaitingMechanism: true
    case .done: session?.end != nil
    case .exchanging, .failed: false
    }
  }

  /// Takes a message of the mechanism. Returns what the client is told, and why the log is told
  /// of it.
  package mutating func take(
    _ token: ByteSlice
  ) -> (response: SaslAuthenticateResponse, refusal: SaslRefusal?) {
    var response = SaslAuthenticateResponse()
    guard case .exchanging(let mechanism, var exchange, let hasBareTokens) = state else {
      response.errorCode = .illegalSASLState
      response.errorMessage = "SaslAuthenticate comes after SaslHandshake, until it has succeeded"
      return (response, fail("SaslAuthenticate out of turn"))
    }
    do throws(SaslRefusal) {
      switch try exchange.take(Array(token)) {
      case .challenge(let message):
        response.authBytes = ByteSlice(message)
        state = .exchanging(mechanism, exchange, hasBareTokens: hasBareTokens)
      case .proved(let user, let message, let end):
        response.sessionLifetimeMilliseconds = try begin(Principal(user: user), mechanism, end)
        response.authBytes = ByteSlice(message)
      }
      return (response, nil)
    } catch {
      state = .failed
      response.errorCode = .saslAuthenticationFailed
      response.errorMessage =
        "the authentication failed: wrong credentials for \(mechanism.rawValue)"
      return (response, SaslRefusal("\(mechanism.rawValue): \(error.reason)", user: error.user))
    }
  }

  /// Begins a session. Returns how long it lasts, in milliseconds; 0: as long as the connection.
  private mutating func begin(
    _ principal: Principal, _ mechanism: SaslMechanism, _ proofEnd: Timestamp?
  ) throws(SaslRefusal) -> Int64 {
    if let session, session.principal != principal {
      throw SaslRefusal("\(session.principal) wants to be somebody else", user: principal.name)
    }
    let lifetime = SaslSession.milliseconds(
      proofEnd: proofEnd?.rawValue, now: time.now.rawValue, max: offer?.sessionMillisecondsMax ?? 0)
    session = SaslSession(
      principal: principal, mechanism: mechanism,
      end: lifetime.map { time.monotonicNanoseconds + UInt64($0) * 1_000_000 })
    state = .done
    return lifetime ?? 0
  }

  /// A client that has proved who it is stays that, whatever it says.
  private mutating func fail(_ reason: String) -> SaslRefusal? {
    if case .done = state { return nil }
    state = .failed
    return SaslRefusal(reason)
  }
}
