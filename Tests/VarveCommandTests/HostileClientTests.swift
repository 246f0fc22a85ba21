import Foundation
import Testing
import VarveTestKit

/// Goal: whatever a client does, the server's memory grows by little, others are served meanwhile,
/// and the log says what happened in few lines. Method: the built program, one attack each with
/// sockets of Python's, kcat beside it; the most memory that the server had, by Linux's account.
@Suite struct HostileClientTests {
  struct Attack: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let name: String
    var count = 0
    var settings: [String] = []
    /// What the attack says of itself.
    let outcome: String
    /// The words of its lines in the log, and how many there have to be, written or counted.
    let words: String
    var lines = 1
  }

  private static let short = ["connections.max.idle.ms=1000"]

  static let attacks = [
    Attack(
      testDescription: "frames of 2 GB", name: "oversized", count: 200, outcome: "200 ended",
      words: "a connection was closed: ", lines: 200),
    Attack(
      testDescription: "halves of requests, and silence", name: "halves", count: 200,
      settings: short, outcome: "200 ended", words: "the rest of a request did not come",
      lines: 200),
    Attack(
      testDescription: "clients that say nothing", name: "silent", count: 200, settings: short,
      outcome: "200 ended", words: "nothing came for too long", lines: 200),
    Attack(
      testDescription: "clients that never read", name: "unread", count: 20, settings: short,
      outcome: "20 ended", words: "the client did not take its answers", lines: 20),
    Attack(
      testDescription: "small batches that stand for 128 MiB", name: "bomb", count: 4,
      outcome: "4 refused", words: "a batch was refused: ", lines: 4),
    Attack(
      testDescription: "guessed passwords", name: "passwords", count: 200,
      outcome: "200 refused", words: "a client was not let in: ", lines: 200),
    Attack(
      testDescription: "a million tiny requests", name: "tiny",
      count: TestShare.isLong ? 1_000_000 : 0, outcome: "answered",
      words: "a connection was closed"),
  ]

  @Test("G27: memory is bounded, others are served, and the log has a line", arguments: attacks)
  func attacked(_ attack: Attack) async throws {
    let outcome = try await BuiltProgram().shell(Self.script(attack))
    let parts = outcome.text.components(separatedBy: "-- log\n")
    try #require(parts.count == 2 && outcome.status == 0, "\(outcome.errors.suffix(2_000))")
    let lines = parts[0].split(separator: "\n").map(String.init)
    try #require(
      lines.count == 6, "\(lines) \(outcome.errors.suffix(2_000)) \(parts[1].suffix(4_000))")
    #expect(lines[0].hasSuffix(attack.outcome))
    #expect(lines[1...4] == ["first", "1", "2", "3"], "what others read")
    let memory = lines[5].split(separator: " ").compactMap { Int($0) }
    #expect(memory[1] - memory[0] <= 64 << 10, "KiB before, and the most: \(memory)")
    let told = Self.count(parts[1], attack.words)
    // On a slow machine others' connections may have lines, too.
    #expect(attack.name == "tiny" ? told.written > 0 : told.all >= attack.lines, "\(parts[1])")
    #expect(attack.name == "tiny" || told.written <= 40, "\(told.written) lines are too many")
    if attack.name == "tiny" {
      let asked = lines[0].prefix { $0 != " " }
      #expect(parts[1].contains("count=\(asked)\n"), "how many requests there were")
    }
  }

  /// The lines with these words, and with those that were left out and counted.
  private static func count(_ log: String, _ words: String) -> (written: Int, all: Int) {
    let lines = log.split(separator: "\n")
    let omissions = lines.filter { $0.contains("lines were left out") }
    let written = lines.count { $0.contains(words) && !$0.contains("lines were left out") }
    let omitted = omissions.compactMap { line in
      line.split(separator: " ").first { $0.hasPrefix("count=") }.flatMap { Int($0.dropFirst(6)) }
    }
    return (written, written + omitted.reduce(0, +))
  }

  private static func script(_ attack: Attack) -> String {
    let clients = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Clients")
    let settings = attack.settings.map { "--set \($0)" }.joined(separator: " ")
    let port = attack.name == "passwords" ? 1 : 0
    return """
      set -e -o pipefail
      trap 'kill -9 $server 2>/dev/null || :' EXIT
      echo admin:admin-secret >users
      varve serve --listen 127.0.0.1:0 --listen SASL_PLAINTEXT://127.0.0.1:0 \\
        --log-level \(attack.name == "tiny" ? "debug" : "info") --set varve.passwords=users \\
        --set sasl.enabled.mechanisms=PLAIN \(settings) 2>said &
      server=$!
      until grep -q 'listening at' said; do
        kill -0 $server || { cat said >&2; exit 7; }
        sleep 0.01
      done
      addresses=($(sed -n 's/.* listening address=//p' said))
      others() { kcat -b ${addresses[0]} "$@"; }
      resident() { awk -v key=$1: '$1 == key { print $2 }' /proc/$server/status; }
      echo first | others -P -t others
      head -c 900000 /dev/urandom >large
      others -P -t large large
      echo 5 >/proc/$server/clear_refs
      before=$(resident VmRSS)
      attacked=${addresses[\(port)]}
      python3 \(clients.path)/hostile.py \(attack.name) ${attacked##*:} \(attack.count) >attack &
      attack=$!
      for value in 1 2 3; do echo $value | others -P -t others; done
      wait $attack
      cat attack
      others -C -t others -o beginning -e
      echo $before $(resident VmHWM)
      kill -TERM $server
      wait $server
      echo -- log
      cat said
      """
  }
}
