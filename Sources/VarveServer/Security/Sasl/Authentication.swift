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
package struct Authentication: Sendable {
  private enum State {
    case awaitingMechanism
    case exchanging(SaslMechanism, SaslExchange, hasBareTokens: Bool)
    case done(Principal)
    case failed
  }

  private let offer: SaslOffer?
  private var state: State

  /// - Parameter offer: Nil where nobody has to prove anything.
  package init(_ offer: SaslOffer?) {
    self.offer = offer
    state = offer == nil ? .done(.anonymous) : .awaitingMechanism
  }

  /// Who the client is; nil while that is not known.
  package var principal: Principal? {
    if case .done(let principal) = state { principal } else { nil }
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
    case .done: true
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
    state = .done(Principal(user: name))
  }

  /// The client chooses a mechanism. Returns what it is told, and why the log is told of it.
  package mutating func choose(
    _ mechanism: String, hasBareTokens: Bool
  ) -> (response: SaslHandshakeResponse, refusal: SaslRefusal?) {
    var response = SaslHandshakeResponse()
    guard case .awaitingMechanism = state, let offer else {
      response.errorCode = .illegalSASLState
      return (response, fail("SaslHandshake out of turn"))
    }
    response.mechanisms = offer.mechanisms.map(\.rawValue)
    guard let chosen = offer.exchange(of: mechanism) else {
      response.errorCode = .unsupportedSASLMechanism
      return (response, fail("a mechanism that is not offered"))
    }
    state = .exchanging(chosen.mechanism, chosen.exchange, hasBareTokens: hasBareTokens)
    return (response, nil)
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
      case .proved(let user, let message):
        response.authBytes = ByteSlice(message)
        state = .done(Principal(user: user))
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

  /// A client that has proved who it is stays that, whatever it says.
  private mutating func fail(_ reason: String) -> SaslRefusal? {
    if case .done = state { return nil }
    state = .failed
    return SaslRefusal(reason)
  }
}
