import Foundation
import Testing
import VarveTestKit
import VarveTestSupport

/// Goal: stock clients of PyPI work through TLS with a password, and are told why where they don't.
/// Method: each against the built program, with certificates made for the run.
@Suite struct EncryptedClientTests {
  @Test(
    "G61: over SASL_SSL a wrong password and an expired certificate fail cleanly",
    .enabled(if: ClientTests.python != nil, "`make test` installs the clients"))
  func encrypted() async throws {
    let certificates = try await TestCertificates.shared
    let python = try #require(ClientTests.python)
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Clients/encrypted.py").path
    let outcome = try await BuiltProgram().shell(
      """
      export PYTHONDONTWRITEBYTECODE=1
      trap 'kill -9 $server 2>/dev/null' EXIT
      echo admin:admin-secret >users
      start() {
        : >said
        varve serve --listen SASL_SSL://127.0.0.1:0 --set varve.passwords=users \\
          --set sasl.enabled.mechanisms=PLAIN --set ssl.keystore.location=$1 2>said &
        server=$!
        until grep -q 'listening at' said; do kill -0 $server || exit 7; sleep 0.01; done
        B=$(sed -n 's/.*listening at //p' said)
      }
      as() { \(python) \(script) $B \(certificates.path("authority")) $1 2>>errors; }
      start \(certificates.path("server"))
      as right
      as wrong
      grep -c 'a client was not let in: PLAIN: .*user=admin' said | sed 's/[1-9][0-9]*/logged/'
      as once
      kill -TERM $server
      wait $server
      start \(certificates.path("outdated"))
      as expired
      kill -TERM $server
      wait $server
      cat errors >&2
      """)
    let lines = outcome.text.split(separator: "\n").map(String.init)
    #expect(
      lines == [
        "confluent: delivered", "kafka-python: delivered", "aiokafka: delivered",
        "confluent: _AUTHENTICATION", "logged", "confluent: delivered", "confluent: _SSL",
      ], "\(outcome.errors.suffix(2_000))")
  }
}
