import Foundation
import Testing
import VarveTestKit
import VarveTestSupport

/// Goal: stock clients come in with tokens that the server has keys for, and stay in when they
/// prove themselves anew. Method: the built program; tokens that the command `openssl` signs.
@Suite struct TokenClientTests {
  /// Serves with the keys of `TestTokens` in the file `keys.json`, sessions of a second, and the
  /// server's address in `$B`.
  private static func served(
    _ script: String, options: String = ""
  ) async throws -> BuiltProgram.Outcome {
    let tokens = try await TestTokens.shared
    let program = try BuiltProgram()
    let files: [(String, String)] = [
      ("keys.json", tokens.keySet),
      (
        "good",
        try await tokens.token(
          #"{"sub":"alice","iss":"https://us","aud":"varve","exp":9561758400,"iat":1}"#)
      ),
      ("bad", try await tokens.token(#"{"sub":"alice","exp":9561758400,"iat":1}"#, key: "ec")),
    ]
    for (name, text) in files {
      try Data(text.utf8).write(to: URL(filePath: "\(program.directory.path)/\(name)"))
    }
    return try await program.shell(
      """
      mkfifo said
      varve serve --listen SASL_PLAINTEXT://127.0.0.1:0 --set sasl.enabled.mechanisms=OAUTHBEARER \\
        --set sasl.oauthbearer.jwks.endpoint.url=file://$PWD/keys.json \\
        --set sasl.oauthbearer.expected.audience=varve \\
        --set sasl.oauthbearer.expected.issuer=https://us \\
        --set connections.max.reauth.ms=1000 --set group.initial.rebalance.delay.ms=0 2>said &
      read -r line <said
      cat said >log-lines &
      B=${line##* }
      \(script)
      kill -TERM %1
      wait %1
      echo "ended with $?"
      """)
  }

  @Test(
    "G61: each client works with a good token, longer than a session, and not with a bad one",
    .enabled(if: ClientTests.python != nil, "`make test` installs the clients"))
  func clients() async throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Clients")
    let python = try #require(ClientTests.python)
    let outcome = try await Self.served(
      """
      PYTHONDONTWRITEBYTECODE=1 \(python) \(folder.path)/oauth.py $B good bad 2>client-errors
      grep -q 'a client was not let in: OAUTHBEARER: .*user=alice' log-lines && echo logged
      grep -c "$(cut -c 1-60 bad)" log-lines
      """)
    #expect(
      outcome.text == """
        confluent works with: good
        kafka-python works with: good
        aiokafka works with: good
        logged
        0
        ended with 0

        """)
  }

  @Test(arguments: [
    ("", "which keys sign tokens"),
    ("--set sasl.oauthbearer.jwks.endpoint.url=https://us/keys", "it is a file, file:///etc"),
    ("--set sasl.oauthbearer.jwks.endpoint.url=file:///nowhere/keys", "/nowhere/keys"),
    ("--set sasl.oauthbearer.clock.skew.seconds=-1", "sasl.oauthbearer.clock.skew.seconds"),
    ("--set connections.max.reauth.ms=soon", "connections.max.reauth.ms"),
    ("--set sasl.oauthbearer.token.endpoint.url=https://us", "not here"),
  ])
  func `tokens that cannot be checked are said`(options: String, part: String) async throws {
    let outcome = try await BuiltProgram().shell(
      """
      varve serve --listen SASL_PLAINTEXT://127.0.0.1:0 --set sasl.enabled.mechanisms=OAUTHBEARER \
      \(options)
      """)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains(part), "\(outcome.errors)")
  }
}
