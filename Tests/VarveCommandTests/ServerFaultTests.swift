import Foundation
import Testing
import VarveTestKit

/// Goal: clients get through what befalls a server. Method: the built program, killed while a stock
/// client writes, which goes on by itself and is told of every record. After each restart the
/// history checker compares what it asked for and was told with what can be read.
@Suite struct ServerFaultTests {
  private static let clients = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Clients").path

  /// Functions of shell: `start` serves at `$B`, `noted N` waits until the client has noted as much
  /// more, or has ended.
  private static let functions = """
    export PYTHONDONTWRITEBYTECODE=1
    B=127.0.0.1:0
    trap 'kill -9 $server $client 2>/dev/null' EXIT
    start() {
      : >said
      varve serve --listen $B --set transaction.state.log.num.partitions=2 \\
        --set offsets.topic.num.partitions=2 --set varve.durability=group 2>>said &
      server=$!
      until grep -q 'listening at' said; do
        kill -0 $server || { cat said >&2; exit 7; }
        sleep 0.01
      done
      line=$(grep -m 1 'listening at' said)
      B=${line##* }
    }
    noted() {
      local wanted=$(($(wc -l <noted) + $1))
      until [ $(wc -l <noted) -ge $wanted ]; do
        kill -0 $client || { cat errors >&2; exit 8; }
        sleep 0.01
      done
    }
    """

  @Test(
    "S06, G18: a server killed under load keeps every acknowledged record, once and in order",
    .enabled(if: ClientTests.python != nil, "`make test` installs the clients"),
    arguments: [("idempotent", 1_000), ("transactional", 130)])
  func killed(client: String, progress: Int) async throws {
    let python = try #require(ClientTests.python)
    let kills = TestShare.count(3, long: 100)
    let program = try BuiltProgram()
    let outcome = try await program.shell(
      """
      \(Self.functions)
      audit() {
        cp noted before.$1
        \(python) \(Self.clients)/load.py read $B . >read.$1
        cp noted after.$1
      }
      touch noted
      start
      \(python) \(Self.clients)/load.py \(client) $B . 2>errors &
      client=$!
      for kill in $(seq \(kills)); do
        noted \(progress)
        kill -9 $server
        wait $server
        start
        audit $kill
      done
      noted \(progress)
      touch stop
      wait $client || { cat errors >&2; exit 9; }
      audit last
      kill -TERM $server
      wait $server
      """)
    #expect(outcome.status == 0, "\(outcome.errors.suffix(2_000))")
    for audit in (1...kills).map({ "\($0)" }) + ["last"] {
      let load = try NotedLoad(in: program.directory.path, audit: audit)
      let violations = load.history.violations()
      #expect(violations.isEmpty, "audit \(audit): \(violations.prefix(3))")
      #expect(load.read > 0)
      if audit == "last" && client == "idempotent" { #expect(load.acknowledged == load.sent) }
    }
  }

  @Test("G27: ten thousand idle connections take no more than 64 MiB, and others are served")
  func idle() async throws {
    let outcome = try await BuiltProgram().shell(
      """
      \(Self.functions)
      resident() { awk '$1 == "VmRSS:" { print $2 }' /proc/$server/status; }
      start
      echo first | kcat -q -b $B -P -t others
      before=$(resident)
      coproc idle { python3 \(Self.clients)/idle.py ${B##*:} 10000; }
      read -r -u ${idle[0]} count
      echo "$count $before $(resident)"
      echo second | kcat -q -b $B -P -t others
      kcat -q -b $B -C -t others -o beginning -e
      kill $idle_PID
      kill -TERM $server
      wait $server
      """)
    let lines = outcome.text.split(separator: "\n")
    let figures = try #require(lines.first).split(separator: " ").compactMap { Int($0) }
    try #require(figures.count == 3, "\(outcome.errors)")
    #expect(figures[0] >= 500, "the machine's limits allow \(figures[0]) connections")
    #expect(figures[2] - figures[1] <= 64 << 10, "\(figures): connections, KiB before and after")
    #expect(lines.dropFirst() == ["first", "second"])
  }
}
