import Foundation
import Testing
import VarveTestKit

/// Goal: clients get through what befalls a server. Method: the built program, killed while a stock
/// client writes, which goes on by itself and is told of every record; what it was told is compared
/// with what can be read afterwards.
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
        --set offsets.topic.num.partitions=2 2>>said &
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
    "G18: a server killed under load keeps every acknowledged record, once and in order",
    .enabled(if: ClientTests.python != nil, "`make test` installs the clients"),
    arguments: [("idempotent", 500), ("transactional", 10)])
  func killed(client: String, progress: Int) async throws {
    let python = try #require(ClientTests.python)
    let outcome = try await BuiltProgram().shell(
      """
      \(Self.functions)
      touch noted
      start
      \(python) \(Self.clients)/load.py \(client) $B . 2>errors &
      client=$!
      for kill in $(seq \(TestShare.count(3, long: 100))); do
        noted \(progress)
        kill -9 $server
        wait $server
        start
      done
      noted \(progress)
      touch stop
      wait $client || cat errors >&2
      \(python) \(Self.clients)/load.py check $B .
      kill -TERM $server
      wait $server
      """)
    let expected =
      client == "idempotent"
      ? "acknowledged, in order, once: True 0 to the last: True\n"
      : "transactions as noted: True\n"
    #expect(outcome.text == expected, "\(outcome.errors.suffix(2_000))")
    #expect(outcome.status == 0)
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
