extension ServerConfigDefinition {
  /// Who is let in.
  static let security: [ServerConfigDefinition] = [
    .init(
      "allow.everyone.if.no.acl.found", .boolean, "false", .none,
      "Whether everybody may do everything with what no rule of access is about."),
    .init(
      "authorizer.class.name", .string, "", .none,
      "That rules of access are in force: org.apache.kafka.metadata.authorizer.StandardAuthorizer, "
        + "whose rules are kept here."),
    .init(
      "connection.failed.authentication.delay.ms", .int, "100", .atLeast(0),
      "How long a client waits to be told that it is not who it says it is."),
    .init(
      "connections.max.reauth.ms", .long, "0", .atLeast(0),
      "After how long clients of SASL listeners have to prove anew who they are; 0: never."),
    .init(
      "sasl.enabled.mechanisms", .list, "SCRAM-SHA-256,SCRAM-SHA-512", .none,
      "How clients of SASL listeners may prove who they are: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, "
        + "OAUTHBEARER."),
    .init(
      "sasl.oauthbearer.clock.skew.seconds", .int, "30", .atLeast(0),
      "How far the clock of who makes tokens may be from ours."),
    .init(
      "sasl.oauthbearer.expected.audience", .list, nil, .none,
      "Whom tokens are to be for: one of these; by default anybody."),
    .init(
      "sasl.oauthbearer.expected.issuer", .string, nil, .none,
      "Who is to have made tokens; by default whoever has a key."),
    .init(
      "sasl.oauthbearer.jwks.endpoint.url", .string, nil, .none,
      "The keys that tokens are signed with: a file:// URL of a JWK Set. The file is read again "
        + "when it changes."),
    .init(
      "sasl.oauthbearer.scope.claim.name", .string, "scope", .none,
      "The claim of tokens that says what they are good for."),
    .init(
      "sasl.oauthbearer.sub.claim.name", .string, "sub", .none,
      "The claim of tokens that names the user."),
    .init(
      "ssl.client.auth", .string, "none", .none,
      "Whether clients of SSL listeners prove with a certificate who they are: none, requested or "
        + "required."),
    .init(
      "ssl.keystore.location", .string, nil, .none,
      "The certificate and its key: a PEM file with both, unless varve.ssl.key names the key's."),
    .init(
      "ssl.keystore.type", .string, "PEM", .none, "The form of certificates and keys: PEM."),
    .init(
      "ssl.truststore.location", .string, nil, .none,
      "The authorities whose certificates are accepted from clients: a PEM file."),
    .init(
      "ssl.truststore.type", .string, "PEM", .none, "The form of authorities: PEM."),
    .init(
      "varve.ssl.key", .string, nil, .none,
      "The key of the certificate: a PEM file, without a password."),
    .init(
      "super.users", .string, "", .none,
      "Who may do everything: User:NAME, several with semicolons between them."),
    .init(
      "varve.passwords", .string, nil, .none,
      "The users of PLAIN: a file with lines of USER:PASSWORD."),
  ]
}
