/// The server's side of OAUTHBEARER (RFC 7628): one message with a token. Without I/O.
///
/// A token that proves nothing is answered with a reason in JSON; the client says that it has seen
/// it (the byte 1), and then it is refused.
package struct OAuthExchange: Sendable {
  private enum State {
    case awaitingToken
    case awaitingAcknowledgement(SaslRefusal)
    case over
  }

  /// What the client is told: RFC 6750 has this one name for all that may be wrong with a token.
  static let failure = #"{"status":"invalid_token"}"#

  private let verifier: TokenVerifier
  private var state = State.awaitingToken

  package init(_ verifier: TokenVerifier) { self.verifier = verifier }

  package mutating func take(_ message: [UInt8]) throws(SaslRefusal) -> SaslAnswer {
    let before = state
    state = .over
    switch before {
    case .awaitingToken:
      let message = try OAuthMessage(message)
      do throws(SaslRefusal) {
        let proof = try verifier.verify(message.token)
        guard message.user.map({ $0 == proof.user }) ?? true else {
          throw SaslRefusal("it wants to act for somebody else", user: proof.user)
        }
        return .proved(user: proof.user, [], until: proof.end)
      } catch {
        state = .awaitingAcknowledgement(error)
        return .challenge(Array(Self.failure.utf8))
      }
    case .awaitingAcknowledgement(let refusal): throw refusal
    case .over: throw SaslRefusal("an OAUTHBEARER message comes after the last")
    }
  }
}
