import Testing
import VarveTestKit
import VarveTestSupport

/// Goal: stock clients work with the built program. Method: shell scripts with kcat, as a user
/// would write them; what it prints is compared.
@Suite struct ServeTests {
  /// Serves the log at a free port, runs a script with it in `$B`, and asks the server to end.
  private static func served(_ script: String, options: String = "") async throws
    -> BuiltProgram.Outcome
  {
    try await BuiltProgram().shell(
      """
      command -v kcat >/dev/null || { echo "kcat is missing: make test installs it" >&2; exit 9; }
      mkfifo said
      varve serve --listen 127.0.0.1:0 \(options) 2>said &
      read -r line <said
      B=${line##* }
      \(script)
      kill -TERM %1
      wait %1
      echo "ended with $?"
      """)
  }

  @Test("G24: kcat lists, produces, consumes and queries by time")
  func kcat() async throws {
    let outcome = try await Self.served(
      """
      printf 'a:1\\nb:2\\nc:3\\n' | kcat -q -b $B -P -t orders -K:
      kcat -q -b $B -C -t orders -o beginning -e -f '%p %o %k=%s\\n'
      kcat -q -m 300 -b $B -L | sed -n 's/^ *\\(topic .*\\)/\\1/p'
      kcat -q -m 300 -b $B -Q -t orders:0:-1
      kcat -q -m 300 -b $B -Q -t orders:0:0
      kcat -q -m 300 -b $B -Q -t orders:0:99999999999999
      """)
    #expect(outcome.errors == "")
    #expect(
      outcome.text == """
        0 0 a=1
        0 1 b=2
        0 2 c=3
        topic "orders" with 1 partitions:
        orders [0] offset 3
        orders [0] offset 0
        orders [0] offset -1
        ended with 0

        """)
  }

  @Test(
    "G24: kcat's batches of every codec come back", arguments: ["gzip", "snappy", "lz4", "zstd"])
  func codecs(codec: String) async throws {
    let outcome = try await Self.served(
      """
      seq 1000 | kcat -q -b $B -P -t numbers -z \(codec)
      kcat -q -b $B -C -t numbers -o beginning -e | cksum
      seq 1000 | cksum
      """)
    let sums = outcome.text.split(separator: "\n")
    #expect(sums.count == 3)
    #expect(sums.first == sums.dropFirst().first)
  }

  @Test("G24: kcat reads as a member of a group, which goes on where it was")
  func group() async throws {
    let outcome = try await Self.served(
      """
      seq 3 | kcat -q -b $B -P -t numbers
      kcat -q -b $B -G readers -X auto.offset.reset=earliest -c 3 numbers
      seq 4 5 | kcat -q -b $B -P -t numbers
      kcat -q -b $B -G readers -X auto.offset.reset=earliest -c 2 numbers
      """, options: "--set group.initial.rebalance.delay.ms=0")
    #expect(outcome.text == "1\n2\n3\n4\n5\nended with 0\n")
  }

  @Test("G24: what kcat wrote is there when the log is opened without a server")
  func reopened() async throws {
    let outcome = try await Self.served(
      """
      seq 3 | kcat -q -b $B -P -t numbers
      kill %1
      wait %1
      ls log/.kafka_cleanshutdown
      varve topic consume numbers
      """)
    #expect(outcome.text.hasPrefix("log/.kafka_cleanshutdown\n1\n2\n3\n"))
  }

  @Test func `a file says all that options would`() async throws {
    let outcome = try await BuiltProgram().shell(
      """
      unset VARVE_AT
      printf '%s\n' 'log.dirs=here' 'listeners=PLAINTEXT://127.0.0.1:0,PLAIN2://127.0.0.1:0' \
        'listener.security.protocol.map=PLAIN2:PLAINTEXT' 'num.partitions=2' 'num.io.threads=8' \
        'auto.create.topics.enable=true' >server.properties
      mkfifo said
      VARVE_NUM_PARTITIONS=3 varve serve --config server.properties 2>said &
      exec 3<said
      read -r remark <&3; echo "${remark#* }"
      read -r line <&3; B=${line##* }
      kcat -q -m 300 -b ${B%%,*} -L -t orders | sed -n 's/^ *\\(topic .*\\)/\\1/p'
      kcat -q -m 300 -b ${B##*,} -L -t orders | sed -n 's/^ *\\(topic .*\\)/\\1/p'
      kill -TERM %1; wait %1
      ls here/meta.properties
      """)
    #expect(
      outcome.text == """
        warning varve: num.io.threads changes nothing here: a loop for each core does that \
        (server.properties, line 5)
        topic "orders" with 3 partitions:
        topic "orders" with 3 partitions:
        here/meta.properties

        """)
  }

  @Test("G59: the second port is there from the start to the end")
  func operations() async throws {
    let outcome = try await BuiltProgram().shell(
      """
      get() {
        exec 5<>"/dev/tcp/${H%:*}/${H#*:}"
        printf 'GET %s HTTP/1.0\\r\\n\\r\\n' "$1" >&5
        tr -d '\\r' <&5 | sed -n '1p; $p'
        exec 5<&-
      }
      mkfifo said
      varve serve --listen 127.0.0.1:0 --http 127.0.0.1:0 2>said &
      exec 3<said
      read -r line <&3; H=${line##*//}; H=${H%/metrics}
      read -r line <&3; B=${line##* }
      seq 3 | kcat -q -b $B -P -t numbers
      get /readyz
      get /healthz
      get /metrics | grep -c '^HTTP/1.0 200'
      kill -TERM %1; wait %1; echo "ended with $?"
      """)
    #expect(
      outcome.text == """
        HTTP/1.0 200 OK
        ok
        HTTP/1.0 200 OK
        ok
        1
        ended with 0

        """)
  }

  @Test("G63: SIGHUP reads the configuration again")
  func hangup() async throws {
    let outcome = try await BuiltProgram().shell(
      """
      echo num.partitions=2 >server.properties
      mkfifo said
      varve serve --listen 127.0.0.1:0 --config server.properties --log-format json 2>said &
      exec 3<said
      say() { read -r line <&3; sed 's/"time":"[^"]*",//; s/127[^"]*//' <<<"$line"; }
      partitions() { kcat -q -m 300 -b $B -L -t $1 | sed -n 's/^ *topic "\\(.*\\):/\\1/p'; }
      read -r line <&3; B=${line##* }; B=${B%\\"*}
      partitions first
      printf '%s\\n' num.partitions=5 max.connections=9 varve.log.level=warning >server.properties
      kill -HUP %1; say
      partitions second
      echo num.partitions=none >server.properties
      kill -HUP %1; say
      echo varve.log.level=info >server.properties
      kill -HUP %1; say
      kill -TERM %1; wait %1; echo "ended with $?"
      """)
    #expect(
      outcome.text == """
        first" with 2 partitions
        {"level":"warning","label":"varve","message":"max.connections has changed, and takes \
        effect at the next start only"}
        second" with 5 partitions
        {"level":"error","label":"varve","message":"the configuration stays as it was: invalid \
        value none for configuration num.partitions: it must be a 32-bit number of at least 1 \
        (server.properties, line 1)"}
        {"level":"notice","label":"varve","message":"the configuration was read again"}
        ended with 0

        """)
  }

  @Test func `systemd is told when it is ready, alive and stopping`() async throws {
    let program = try BuiltProgram()
    let manager = try ManagerSocket(program.directory.path + "/notify")
    async let heard = onThread { manager.messages(until: "STOPPING=1") }
    let outcome = try await program.shell(
      """
      export NOTIFY_SOCKET=$PWD/notify WATCHDOG_USEC=20000
      mkfifo said
      varve serve --listen 127.0.0.1:0 2>said &
      read -r line <said
      mkfifo pause; exec 9<>pause
      until [ -e alive ]; do kill -0 %1 || exit 1; read -r -t 0.05 -u 9; done
      kill -TERM %1; wait %1
      """)
    let messages = try await heard
    #expect(outcome.status == 0)
    #expect(messages.contains("READY=1\nSTATUS=serving"))
    #expect(messages.contains("WATCHDOG=1"))
    #expect(messages.last?.hasPrefix("STOPPING=1\n") == true)
  }

  @Test(arguments: [
    ("--set num.partition=3", "did you mean 'num.partitions'?"),
    ("--set num.partitions=some", "a 32-bit number of at least 1 (--set)"),
    ("--config missing.properties", "there is no file missing.properties"),
    ("--listen GSSAPI://127.0.0.1:0", "there is no GSSAPI"),
    ("--listen SSL://127.0.0.1:0", "names no certificate"),
    ("--listen SSL://127.0.0.1:0 --set ssl.keystore.type=JKS", "PEM alone"),
    ("--listen SSL://127.0.0.1:0 --set ssl.keystore.location=none.pem", "none.pem"),
    ("--at a,b", "Varve keeps one"),
  ])
  func `what a server cannot be started with is said`(options: String, part: String) async throws {
    let outcome = try await BuiltProgram().shell("varve serve \(options)")
    #expect(outcome.errors.contains(part), "\(outcome.errors)")
    #expect(outcome.status != 0)
  }

  @Test func `a listener that others reach has to be meant`() async throws {
    let outcome = try await BuiltProgram().shell("varve serve --listen 0.0.0.0:0")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("--allow-anonymous"))
  }

  @Test func `a port that is taken is said`() async throws {
    let outcome = try await Self.served("varve serve --at other --listen $B")
    #expect(outcome.errors.contains("in use"))
  }
}
