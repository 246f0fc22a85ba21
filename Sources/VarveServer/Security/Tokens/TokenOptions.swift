/// Which tokens clients prove with who they are: the mechanism OAUTHBEARER.
package struct TokenOptions: Sendable {
  /// The keys that they are signed with, a JWK Set (`sasl.oauthbearer.jwks.endpoint.url`).
  package var keyFile: String
  /// Whom they are for, one of these (`sasl.oauthbearer.expected.audience`); none: for anybody.
  package var audiences: [String] = []
  /// Who made them (`sasl.oauthbearer.expected.issuer`); nil: anybody who has a key.
  package var issuer: String?
  /// How far clocks may be apart (`sasl.oauthbearer.clock.skew.seconds`).
  package var clockSkewSeconds: Int64 = 30
  /// The claim with the user's name (`sasl.oauthbearer.sub.claim.name`).
  package var subjectClaim = "sub"
  /// The claim with what the token is good for (`sasl.oauthbearer.scope.claim.name`).
  package var scopeClaim = "scope"

  package init(keyFile: String) { self.keyFile = keyFile }
}
