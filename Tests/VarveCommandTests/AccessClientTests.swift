import Foundation
import Testing
import VarveTestSupport

/// Goal: rules of access are set by stock clients, and kept, in the built program; certificates are
/// changed while it runs. Method: shell scripts, with the clients of PyPI and `openssl`.
@Suite struct AccessClientTests {
  private static let authorizer =
    "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer"

  /// Serves with rules of access, `admin` who may do everything, and `alice`.
  private static func served(
    _ script: String, _ options: String = "--set super.users=User:root\\;User:admin"
  ) async throws -> BuiltProgram.Outcome {
    try await BuiltProgram().shell(
      """
      printf '%s\\n' admin:admin-secret alice:alice-secret >users
      mkfifo said
      varve serve --listen SASL_PLAINTEXT://127.0.0.1:0 --set varve.passwords=users \
        --set sasl.enabled.mechanisms=PLAIN --set \(authorizer) \(options) \
        --set group.initial.rebalance.delay.ms=0 2>said &
      read -r line <said
      cat said >/dev/null &
      B=${line##* }
      as() { kcat -q -b $B -X security.protocol=sasl_plaintext -X sasl.mechanism=PLAIN \
        -X sasl.username=$1 -X sasl.password=$1-secret -X message.timeout.ms=60000 "${@:2}"; }
      \(script)
      kill -TERM %1
      wait %1
      echo "ended with $?"
      """)
  }

  @Test(
    "G61: each client is held to rules that two of them set",
    .enabled(if: ClientTests.python != nil, "`make test` installs the clients"))
  func rules() async throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Clients")
    let python = try #require(ClientTests.python)
    let outcome = try await Self.served(
      "PYTHONDONTWRITEBYTECODE=1 \(python) \(folder.path)/access.py $B 2>client-errors || "
        + "tail -n 5 client-errors >&2")
    let lines = ["confluent", "kafka-python", "aiokafka"].flatMap { client in
      [
        "\(client) TOPIC denied, done, GROUP denied, TOPIC denied, done",
        "\(client) GROUP READ, TOPIC DESCRIBE, TOPIC READ, TOPIC WRITE",
        "\(client) 4 revoked, TOPIC denied",
      ]
    }
    #expect(
      outcome.text.split(separator: "\n").map(String.init) == lines + ["ended with 0"],
      "\(outcome.errors)")
  }

  @Test("G61: super.users may do everything, others what rules allow")
  func superUsers() async throws {
    let outcome = try await Self.served(
      """
      echo one | as admin -P -t orders
      as admin -C -t orders -o beginning -e
      as alice -m 300 -L | grep -c orders
      echo two | as alice -P -t orders 2>/dev/null || echo alice may not write
      """)
    #expect(outcome.text == "one\n0\nalice may not write\nended with 0\n")
  }

  @Test("G61: without rules everybody may do everything if that was asked for")
  func open() async throws {
    let outcome = try await Self.served(
      """
      echo one | as alice -P -t orders
      as alice -C -t orders -o beginning -e
      """, "--set allow.everyone.if.no.acl.found=true")
    #expect(outcome.text == "one\nended with 0\n")
  }

  @Test func `another authorizer than ours is refused`() async throws {
    let outcome = try await BuiltProgram().shell(
      "varve serve --listen 127.0.0.1:0 --set authorizer.class.name=com.example.Mine")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("authorizer.class.name is com.example.Mine: there is org."))
  }

  @Test("G61: SIGHUP has a new certificate shown to those who come then")
  func certificates() async throws {
    let certificates = try await TestCertificates.shared
    let outcome = try await BuiltProgram().shell(
      """
      cp \(certificates.path("server")) own.pem
      mkfifo said
      varve serve --listen SSL://127.0.0.1:0 --allow-anonymous \\
        --set ssl.keystore.location=own.pem 2>said &
      exec 3<said
      read -r line <&3; B=${line##* }
      say() { read -r line <&3; echo "${line#* }"; }
      shown() { openssl s_client -connect $B -CAfile \(certificates.path("authority")) \\
        -verify_return_error </dev/null 2>/dev/null | sed -n 's/^subject=CN = //p'; }
      shown
      cp \(certificates.path("renewed")) own.pem
      shown
      kill -HUP %1; say
      shown
      echo nonsense >own.pem
      kill -HUP %1; say | cut -c 1-47
      shown
      kcat -q -b $B -X security.protocol=ssl -X ssl.ca.location=\(certificates.path("authority")) \\
        -m 300 -L | grep -c '1 brokers'
      kill -TERM %1; wait %1; echo "ended with $?"
      """)
    #expect(
      outcome.text == """
        server
        server
        notice varve: the configuration was read again
        renewed
        error varve: the configuration stays as it was:
        renewed
        1
        ended with 0

        """, "\(outcome.errors)")
  }
}
