package import VarveBase
internal import VarveSecurity

/// Judges tokens: by whom they were signed, for whom, and until when they count (RFC 7519).
package struct TokenVerifier: Sendable {
  /// What a token proves.
  package struct Proof: Equatable, Sendable {
    package let user: String
    /// When it ends.
    package let end: Timestamp
  }

  private let options: TokenOptions
  private let keys: TokenKeyFile
  private let time: any TimeSource

  /// Reads the keys. Throws `.security`.
  package init(
    _ options: TokenOptions, time: any TimeSource = SystemTime(), logger: Logger = .discarding
  ) throws(NetworkError) {
    self.options = options
    self.time = time
    keys = try TokenKeyFile(options.keyFile, time: time, logger: logger)
  }

  /// Throws for a token that proves nothing, or nothing any more.
  package func verify(_ bytes: some Collection<UInt8>) throws(SaslRefusal) -> Proof {
    let token = try SignedToken(bytes)
    guard let key = keys.current.key(named: token.keyID, for: token.algorithm) else {
      throw SaslRefusal("a token is signed with a key that is not known")
    }
    guard key.verifies(token.signature, of: token.message, token.algorithm) else {
      throw SaslRefusal("the signature of a token is wrong")
    }
    return try proof(ofClaims: token.payload)
  }

  /// What the claims of a token prove whose signature is right.
  package func proof(ofClaims payload: [UInt8]) throws(SaslRefusal) -> Proof {
    let claims = try SignedToken.members(of: payload, "claims")
    guard let user = claims[options.subjectClaim]?.text, !user.isEmpty, !user.contains("\0") else {
      throw SaslRefusal("a token names no user: it has no claim '\(options.subjectClaim)'")
    }
    let end = try checkTime(claims, user)
    try checkPurpose(claims, user)
    return Proof(user: user, end: end)
  }

  /// The end of a token that counts now.
  private func checkTime(
    _ claims: [String: JSONValue], _ user: String
  ) throws(SaslRefusal) -> Timestamp {
    let now = Double(time.now.rawValue) / 1_000
    let skew = Double(options.clockSkewSeconds)
    guard let end = try Self.seconds(claims, "exp", user) else {
      throw SaslRefusal("a token does not say when it ends", user: user)
    }
    guard now - skew < end else { throw SaslRefusal("a token has expired", user: user) }
    if let start = try Self.seconds(claims, "nbf", user), start > now + skew {
      throw SaslRefusal("a token does not count yet", user: user)
    }
    _ = try Self.seconds(claims, "iat", user)
    return Timestamp(Int64(end * 1_000))
  }

  private func checkPurpose(
    _ claims: [String: JSONValue], _ user: String
  ) throws(SaslRefusal) {
    if let issuer = options.issuer, claims["iss"]?.text != issuer {
      throw SaslRefusal("a token was made by somebody else than \(issuer)", user: user)
    }
    if !options.audiences.isEmpty {
      let audiences = claims["aud"]?.texts ?? []
      guard audiences.contains(where: options.audiences.contains) else {
        throw SaslRefusal("a token is for somebody else", user: user)
      }
    }
    guard claims[options.scopeClaim].map({ $0.texts != nil }) ?? true else {
      throw SaslRefusal("a token's claim '\(options.scopeClaim)' is no text", user: user)
    }
  }

  /// A time in seconds since 1970; nil where the token does not say.
  private static func seconds(
    _ claims: [String: JSONValue], _ name: String, _ user: String
  ) throws(SaslRefusal) -> Double? {
    guard let claim = claims[name] else { return nil }
    // Until the year 5138: what lies behind is a slip of the unit.
    guard let seconds = claim.number, (0...1e11).contains(seconds) else {
      throw SaslRefusal("a token's claim '\(name)' is no time", user: user)
    }
    return seconds
  }
}
