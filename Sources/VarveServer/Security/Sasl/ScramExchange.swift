internal import VarveSecurity

/// The server's side of SCRAM (RFC 5802, RFC 7677), without I/O.
///
/// ```
/// client: n,,n=user,r=rOprNGfw
/// server: r=rOprNGfw%hvYDpW,s=W22ZaJ0SNY7soA==,i=4096
/// client: c=biws,r=rOprNGfw%hvYDpW,p=dHzbZapWIk4j…
/// server: v=6rriTRBi23Wp…
/// ```
///
/// Names are taken as they come, without the preparation of RFC 4013, as Kafka does. What a client
/// says beyond the RFC's attributes is signed and otherwise passed over.
package struct ScramExchange: Sendable {
  private enum State {
    case awaitingFirst
    case awaitingFinal(ScramChallenge)
    case over
  }

  private let mechanism: ScramMechanism
  private let credentials: ScramCredentials
  /// Ours, after the client's.
  private let nonce: String
  private var state = State.awaitingFirst

  /// - Parameter nonce: Printable ASCII without commas that was never used before.
  package init(_ mechanism: ScramMechanism, _ credentials: ScramCredentials, nonce: String) {
    self.mechanism = mechanism
    self.credentials = credentials
    self.nonce = nonce
  }

  package mutating func take(_ message: [UInt8]) throws(SaslRefusal) -> SaslAnswer {
    let before = state
    state = .over
    guard message.count <= ScramLimits.messageBytesMax else {
      throw SaslRefusal(
        "a SCRAM message of \(message.count) bytes; at most \(ScramLimits.messageBytesMax)")
    }
    switch before {
    case .awaitingFirst:
      let first = try ScramClientFirst(message)
      let credential = credentials.credential(of: first.user, mechanism)
      let challenge = ScramChallenge(first, credential, nonce: nonce, mechanism.function)
      state = .awaitingFinal(challenge)
      return .challenge(challenge.message)
    case .awaitingFinal(let challenge):
      let signature = try challenge.signature(for: try ScramClientFinal(message))
      return .proved(user: challenge.user, Array("v=\(Base64.encode(signature))".utf8))
    case .over:
      throw SaslRefusal("a SCRAM message comes after the last")
    }
  }
}

/// What a client has to answer.
private struct ScramChallenge: Sendable {
  let user: String
  /// What it is told.
  let message: [UInt8]
  private let firstBare: [UInt8]
  private let header: [UInt8]
  private let nonce: [UInt8]
  private let credential: ScramCredential
  private let function: HashFunction

  init(
    _ first: ScramClientFirst, _ credential: ScramCredential, nonce: String,
    _ function: HashFunction
  ) {
    user = first.user
    firstBare = first.bare
    header = first.header
    self.nonce = first.nonce + Array(nonce.utf8)
    self.credential = credential
    self.function = function
    let salt = Base64.encode(credential.salt)
    message =
      Array("r=".utf8) + self.nonce + Array(",s=\(salt),i=\(credential.iterations)".utf8)
  }

  /// The server's signature, which shows the client that the server knows its credential. Throws
  /// where the client's proof is none.
  func signature(for final: ScramClientFinal) throws(SaslRefusal) -> [UInt8] {
    guard final.header == header, final.nonce == nonce else {
      throw SaslRefusal("a final SCRAM message belongs to another first one", user: user)
    }
    let comma = [UInt8(ascii: ",")]
    let signed = firstBare + comma + message + comma + final.withoutProof
    let clientSignature = function.mac(of: signed, key: credential.storedKey)
    guard final.proof.count == clientSignature.count else {
      throw SaslRefusal("the proof of a SCRAM message is of another hash function", user: user)
    }
    let clientKey = zip(final.proof, clientSignature).map { $0 ^ $1 }
    guard HashFunction.areEqual(function.hash(clientKey), credential.storedKey) else {
      throw SaslRefusal("wrong password, or no such user", user: user)
    }
    return function.mac(of: signed, key: credential.serverKey)
  }
}
