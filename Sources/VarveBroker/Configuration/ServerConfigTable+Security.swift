extension ServerConfigDefinition {
  /// Who is let in.
  static let security: [ServerConfigDefinition] = [
    .init(
      "connection.failed.authentication.delay.ms", .int, "100", .atLeast(0),
      "How long a client waits to be told that it is not who it says it is."),
    .init(
      "sasl.enabled.mechanisms", .list, "SCRAM-SHA-256,SCRAM-SHA-512", .none,
      "How clients of SASL listeners may prove who they are: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512."
    ),
    .init(
      "varve.passwords", .string, nil, .none,
      "The users of PLAIN: a file with lines of USER:PASSWORD."),
  ]
}
