import Testing
import Varve
import VarveQueues
import VarveTestKit
import VarveTestSupport

/// Goal G67: commands work against a broker as they do against a directory. Method: shell scripts
/// whose commands run twice, with `--at HOST:PORT` and with the directory; what they print is
/// compared with each other.
@Suite struct RemoteTests {
  /// Serves a log and runs a script with the broker's address in `$VARVE_AT` and the directory in
  /// `$D`; `finish` runs after the server has ended.
  private static func served(
    _ script: String, finish: String = "", _ program: BuiltProgram? = nil
  ) async throws -> BuiltProgram.Outcome {
    try await (try program ?? BuiltProgram()).shell(
      """
      D=$VARVE_AT
      mkfifo said
      varve serve --listen 127.0.0.1:0 2>said &
      read -r line <said
      export VARVE_AT=${line##* }
      \(script)
      kill -TERM %1
      wait %1
      \(finish)
      """)
  }

  @Test("G67: topics are made, changed, looked at and deleted through a broker")
  func topics() async throws {
    let outcome = try await Self.served(
      """
      varve topic create orders --partitions 3 --config retention.ms=60000
      varve topic create other
      varve topic alter orders --config segment.bytes=1048576 --partitions 4
      for at in $VARVE_AT $D; do
        varve topic list --at $at
        varve topic describe orders --at $at | cksum
        varve topic describe orders --at $at --json | cksum
      done
      varve topic delete other
      varve topic list
      varve topic create orders; echo $?
      varve topic describe ordres; echo $?
      """)
    let lines = outcome.text.split(separator: "\n").map(String.init)
    let list = ["NAME    PARTITIONS", "orders           4", "other            1"]
    try #require(lines.count == 14, "\(outcome)")
    #expect(Array(lines[0..<3]) == list && Array(lines[5..<8]) == list, "\(lines)")
    #expect(Array(lines[3..<5]) == Array(lines[8..<10]), "\(lines)")
    #expect(Array(lines[10...]) == ["NAME    PARTITIONS", "orders           4", "1", "1"])
    #expect(outcome.errors.contains("there is no topic 'ordres'"))
    #expect(outcome.errors.contains("did you mean 'orders'?"))
  }

  @Test("G67: records are written, read and replayed through a broker")
  func records() async throws {
    let outcome = try await Self.served(
      """
      varve topic create orders --partitions 2
      P="topic produce orders --key-separator : --partition 1 --compression gzip"
      seq 1000 | sed 's/^/k:/' | varve $P
      for at in $VARVE_AT $D; do
        varve topic consume orders --at $at --format '%p %o %k=%v\\n' | cksum
        varve topic consume orders --at $at --partition 1 --from 995
      done
      varve topic trim orders --partition 0 --before end
      varve topic trim orders --partition 1 --before 1000
      varve topic consume orders
      """)
    let lines = outcome.text.split(separator: "\n").map(String.init)
    #expect(outcome.errors == "")
    try #require(lines.count == 14, "\(lines)")
    #expect(lines[0..<6].map { $0 } == lines[6..<12].map { $0 })
    #expect(lines[1..<6].map { $0 } == ["996", "997", "998", "999", "1000"])
  }

  @Test("G67: groups are joined, left, looked at and changed through a broker")
  func groups() async throws {
    let outcome = try await Self.served(
      """
      varve topic create orders
      seq 5 | varve topic produce orders
      varve topic consume orders --group billing --max 3
      varve topic consume orders --group billing
      varve group list
      varve group describe billing
      varve group reset billing --to earliest
      varve topic consume orders --group billing --max 1
      varve group delete billing
      varve group list
      """)
    #expect(outcome.errors == "")
    #expect(outcome.text.hasPrefix("1\n2\n3\n4\n5\nGROUP"), "\(outcome.text)")
  }

  @Test("G67: a queue that was worked on is looked at through a broker as in its directory")
  func queues() async throws {
    let program = try BuiltProgram()
    let varve = try await Varve.open(program.directory.path + "/log")
    let queue = try await varve.workQueue("mails", jobs: .text)
    for job in ["a", "b", "c"] { try await queue.enqueue(job) }
    try await queue.enqueue("d", options: EnqueueOptions(delay: .seconds(3_600)))
    let worker = try await varve.shareConsumer(group: "mails", topics: ["mails"])
    try await worker.acknowledge(try await worker.poll(recordsMax: 1))
    try await worker.close()
    try await queue.close()
    try await varve.close()
    let looks = """
      varve queue stat mails | awk '{print $1, $2, $3, $4, $5, $6, $7}'
      varve queue stat mails --json | sed 's/"age.*//'
      varve queue peek mails
      """
    let outcome = try await Self.served(looks, finish: "VARVE_AT=$D; \(looks)", program)
    let lines = outcome.text.split(separator: "\n").map(String.init)
    #expect(outcome.errors == "")
    try #require(lines.count == 12, "\(outcome)")
    #expect(lines[1].split(separator: " ") == ["0", "1", "3", "3", "0", "0", "0"])
    #expect(lines[3..<6].map { $0 } == ["0@1\tb", "0@2\tc", "0@3\td"])
    #expect(lines[0..<6].map { $0 } == lines[6..<12].map { $0 })
  }

  @Test("G61: a user made before the server starts works through TLS with --command-config")
  func secured() async throws {
    let certificates = try await TestCertificates.shared
    let outcome = try await BuiltProgram().shell(
      """
      D=$VARVE_AT
      echo 'wonder " land' | varve user add alice
      mkfifo said
      varve serve --listen SASL_SSL://127.0.0.1:0 --set super.users=User:alice \\
        --set authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer \\
        --set ssl.keystore.location=\(certificates.path("server")) 2>said &
      read -r line <said
      cat said >/dev/null &
      export VARVE_AT=${line##* }
      printf '%s\\n' security.protocol=SASL_SSL sasl.mechanism=SCRAM-SHA-512 \\
        sasl.username=alice 'sasl.password=wonder " land' \\
        ssl.ca.location=\(certificates.path("authority")) >short
      module=org.apache.kafka.common.security.scram.ScramLoginModule
      printf '%s\\n' security.protocol=SASL_SSL sasl.mechanism=SCRAM-SHA-256 \\
        "sasl.jaas.config=$module"' required username="alice" password="wonder \\\\" land";' \\
        ssl.truststore.type=PEM ssl.truststore.location=\(certificates.path("authority")) >long
      sed 's/ land/ lands/' short >wrong
      varve topic create orders --command-config short
      seq 2 | varve topic produce orders --command-config long
      varve topic consume orders --command-config short
      echo builder | varve user add bob --mechanism SCRAM-SHA-256 --command-config long
      varve user list --command-config short
      varve user delete bob --command-config short
      varve topic list --command-config wrong; echo $?
      varve topic list >/dev/null 2>&1; echo $?
      varve topic list --at $D --command-config short; echo $?
      kill -TERM %1
      wait %1
      """)
    #expect(
      outcome.text == """
        1
        2
        USER   MECHANISM      ITERATIONS
        alice  SCRAM-SHA-256        8192
        alice  SCRAM-SHA-512        8192
        bob    SCRAM-SHA-256        8192
        1
        1
        2

        """, "\(outcome.errors)")
    #expect(outcome.errors.contains("does not let us in: the authentication failed"))
    #expect(outcome.errors.contains("--command-config says how to reach a broker"))
  }

  @Test(arguments: [
    ("security.protocol=TLS", "line 1: security.protocol: it is PLAINTEXT, SSL,"),
    ("sasl.mechanisn=PLAIN", "there is no sasl.mechanisn here: did you mean 'sasl.mechanism'?"),
    ("security.protocol=SASL_SSL", "sasl.mechanism is missing: one of PLAIN, SCRAM-SHA-256"),
    ("security.protocol=SASL_SSL\nsasl.mechanism=GSSAPI", "there are PLAIN, SCRAM-SHA-256"),
    ("security.protocol=SASL_SSL\nsasl.mechanism=PLAIN", "sasl.password are missing"),
    (
      "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\nsasl.jaas.config=Login required user=x;",
      "line 3: sasl.jaas.config: it is 'CLASS required"
    ),
    ("security.protocol=SSL\nssl.truststore.type=JKS", "there is PEM alone"),
    ("security.protocol=SSL\nssl.ca.location=/nowhere", "the authorities in /nowhere cannot be"),
    (
      "security.protocol=SSL\nssl.endpoint.identification.algorithm=x",
      "it is https, or empty for none"
    ),
  ])
  func `a file that does not say how to reach a broker is told of`(
    text: String, part: String
  ) async throws {
    let outcome = try await BuiltProgram().shell(
      """
      printf '\(text.replacing("\n", with: "\\n"))\\n' >client.properties
      varve topic list --at 127.0.0.1:1 --command-config client.properties
      """)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains(part), "\(outcome.errors)")
  }

  @Test func `commands that work on files want a directory`() async throws {
    let outcome = try await BuiltProgram().shell(
      """
      varve log upkeep --at 127.0.0.1:9092; echo $?
      varve serve --at 127.0.0.1:9092; echo $?
      mkdir 127.0.0.1:9092; varve topic create here --at 127.0.0.1:9092; ls 127.0.0.1:9092
      varve topic list --at 127.0.0.1:1; echo $?
      """)
    #expect(outcome.text.hasPrefix("2\n2\n"), "\(outcome)")
    #expect(outcome.text.contains("here-0\n") && outcome.text.hasSuffix("1\n"))
    #expect(outcome.errors.contains("'127.0.0.1:9092' is a broker"))
    #expect(outcome.errors.contains("cannot connect to 127.0.0.1:1: Connection refused"))
  }
}
