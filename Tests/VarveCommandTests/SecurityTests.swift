import Foundation
import Testing
import VarveTestKit
import VarveTestSupport

/// Goal: stock clients prove who they are to the built program, and those who don't get nothing.
/// Method: shell scripts with kcat, and each client of PyPI with the users that one of them set.
@Suite struct SecurityTests {
  /// Serves the log with a user of PLAIN, `admin`, and runs a script with the server in `$B`.
  private static func served(_ script: String) async throws -> BuiltProgram.Outcome {
    try await BuiltProgram().shell(
      """
      command -v kcat >/dev/null || { echo "kcat is missing: make test installs it" >&2; exit 9; }
      echo admin:admin-secret >users
      mkfifo said
      varve serve --listen SASL_PLAINTEXT://127.0.0.1:0 --set varve.passwords=users \
        --set sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512 \
        --set group.initial.rebalance.delay.ms=0 2>said &
      read -r line <said
      cat said >log-lines &
      B=${line##* }
      as() { kcat -b $B -X security.protocol=sasl_plaintext -X sasl.mechanism=$1 \
        -X sasl.username=$2 -X sasl.password=$3 "${@:4}"; }
      \(script)
      kill -TERM %1
      wait %1
      echo "ended with $?"
      """)
  }

  @Test("G61: kcat produces and consumes with the password of PLAIN")
  func plain() async throws {
    let outcome = try await Self.served(
      """
      seq 3 | as PLAIN admin admin-secret -q -P -t numbers
      as PLAIN admin admin-secret -q -C -t numbers -o beginning -e
      """)
    #expect(outcome.errors == "")
    #expect(outcome.text == "1\n2\n3\nended with 0\n")
  }

  @Test("G61: a wrong password and no password are told, and logged without the password")
  func wrong() async throws {
    let outcome = try await Self.served(
      """
      as PLAIN admin guessed-wrong -L -m 10 2>&1 | grep -qc 'credentials for PLAIN' && echo PLAIN
      as SCRAM-SHA-256 admin guessed-wrong -L -m 10 2>&1 | grep -q 'for SCRAM-' && echo SCRAM
      kcat -q -b $B -L -m 1 >/dev/null 2>&1 || echo nothing without a user
      as PLAIN admin admin-secret -L -m 300 | grep -c '1 brokers'
      grep -q 'a client was not let in: PLAIN: .*user=admin' log-lines && echo logged
      grep -c guessed-wrong log-lines
      """)
    #expect(
      outcome.text.split(separator: "\n") == [
        "PLAIN", "SCRAM", "nothing without a user", "1", "logged", "0", "ended with 0",
      ])
  }

  @Test(
    "G61: each client works as a SCRAM user that one of them set",
    .enabled(if: ClientTests.python != nil, "`make test` installs the clients"))
  func scram() async throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Clients")
    let python = try #require(ClientTests.python)
    let outcome = try await Self.served(
      "PYTHONDONTWRITEBYTECODE=1 \(python) \(folder.path)/sasl.py $B 2>client-errors")
    let clients = ["confluent", "kafka-python", "aiokafka"]
    let lines = ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap { mechanism in
      clients.map { "\(mechanism) \($0) works, and not with another password" }
    }
    #expect(
      outcome.text.split(separator: "\n").map(String.init)
        == lines + ["alice has SCRAM-SHA-256 SCRAM-SHA-512", "ended with 0"])
  }

  @Test(arguments: [
    ("sasl.enabled.mechanisms=PLAIN", "which passwords there are"),
    ("sasl.enabled.mechanisms=GSSAPI", "there are PLAIN, SCRAM-SHA-256"),
    ("sasl.enabled.mechanisms=", "no mechanism"),
    ("sasl.jaas.config=x", "not here"),
  ])
  func `a way to prove who one is that cannot be had is said`(set: String, part: String)
    async throws
  {
    let outcome = try await BuiltProgram().shell(
      "varve serve --listen SASL_PLAINTEXT://127.0.0.1:0 --set \(set)")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains(part), "\(outcome.errors)")
  }

  @Test(
    "G61: kcat works through TLS, with its own certificate and with a password",
    arguments: [
      "ssl", "sasl_ssl",
    ])
  func encrypted(protocol spoken: String) async throws {
    let certificates = try await TestCertificates.shared
    let outcome = try await BuiltProgram().shell(
      """
      echo admin:admin-secret >users
      mkfifo said
      varve serve --listen \(spoken.uppercased())://127.0.0.1:0 --set varve.passwords=users \\
        --set sasl.enabled.mechanisms=PLAIN --set ssl.client.auth=required \\
        --set ssl.keystore.location=\(certificates.path("server")) \\
        --set ssl.truststore.location=\(certificates.path("authority")) 2>said &
      read -r line <said
      cat said >/dev/null &
      B=${line##* }
      as() { kcat -q -b $B -X security.protocol=\(spoken) -X sasl.mechanism=PLAIN \\
        -X sasl.username=admin -X sasl.password=admin-secret \\
        -X ssl.ca.location=\(certificates.path("authority")) "$@"; }
      trusted() { as -X ssl.certificate.location=$C -X ssl.key.location=$C "$@"; }
      C=\(certificates.path("client"))
      seq 100000 | trusted -P -t numbers
      trusted -C -t numbers -o beginning -e | cksum
      seq 100000 | cksum
      as -L -m 1 >/dev/null 2>&1 || echo nothing without a certificate
      C=\(certificates.path("expired"))
      trusted -L -m 1 >/dev/null 2>&1 || echo nothing with one that has expired
      kcat -q -b $B -L -m 1 >/dev/null 2>&1 || echo nothing without TLS
      kill -TERM %1
      wait %1
      """)
    let lines = outcome.text.split(separator: "\n").map(String.init)
    #expect(lines.count == 5)
    #expect(lines.first == lines.dropFirst().first)
    #expect(
      lines.dropFirst(2) == [
        "nothing without a certificate", "nothing with one that has expired",
        "nothing without TLS",
      ])
  }
}
