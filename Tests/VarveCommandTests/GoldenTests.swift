import Foundation
import Testing
import VarveTestKit
import VarveTestSupport

/// Goal: the commands work on what Kafka itself wrote. Method: a copy of a broker's data directory,
/// its tool's dumps, and what a client read from it.
@Suite struct GoldenTests {
  private static let golden = GoldenData.folder.path

  private func copied() async throws -> BuiltProgram {
    let program = try BuiltProgram()
    let made = try await program.shell("cp -r '\(Self.golden)/data' log && chmod -R u+w log")
    try #require(made.status == 0, "\(made.errors)")
    return program
  }

  @Test func `Kafka's data directory is found sound, and each of its partitions`() async throws {
    let program = try await copied()
    let outcome = try await program.shell(
      "varve log verify log && for p in log/*-[0-9]; do varve log verify $p >> out || exit; done"
    )
    #expect(outcome.errors == "")
    #expect(outcome.status == 0)
    #expect(outcome.text.split(separator: "\n").allSatisfy { $0.contains("  sound: ") })
    #expect(outcome.text.contains("compact-0  sound"))
  }

  @Test(arguments: [
    "codecs-0-00000000000000000000.log", "codecs-0-00000000000000000000.timeindex",
    "compact-0-00000000000000012000.snapshot", "appendtime-0-00000000000000000000.log",
  ])
  func `a dump says what Kafka's own tool says`(name: String) async throws {
    let parts = name.split(separator: "-", maxSplits: 2)
    let outcome = try await copied().shell("varve log dump log/\(parts[0])-\(parts[1])/\(parts[2])")
    let wanted = try String(contentsOfFile: Self.golden + "/dump/\(name).txt", encoding: .utf8)
    // The tool names the file by the path that it was given.
    func lines(_ text: String) -> [Substring] {
      text.split(separator: "\n").filter { !$0.hasPrefix("Dumping") }
    }
    #expect(lines(outcome.text) == lines(wanted))
  }

  @Test func `transactional ids are those that Kafka's own tool lists`() async throws {
    let path = Self.golden + "/java-tools/transactions.txt"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let rows = text.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace) }
    let program = try await copied()
    let list = try await program.shell("varve txn list --at log")
    let listed = list.text.split(separator: "\n").map { $0.split(separator: " ") }
    for row in rows where row.count == 4 && row[0].hasPrefix("tx-") {
      #expect(listed.contains([row[0], row[2], row[3]]), "\(row[0])")
    }
    let wanted = try #require(rows.last)
    let details = try await program.shell("varve txn describe \(wanted[1]) --at log")
    let shown = details.text.split(separator: "\n").map { $0.split(separator: " ") }
    for row in [
      ["producer", wanted[2]], ["epoch", wanted[3]], ["state", wanted[4]],
      ["timeout", wanted[5], "ms"],
    ] {
      #expect(shown.contains(row), "\(row[0])")
    }
  }

  @Test(arguments: ["read_committed", "read_uncommitted"])
  func `a topic's records are those that a client of Kafka read`(isolation: String) async throws {
    let program = try await copied()
    let read = try await program.shell("gzip -cd '\(Self.golden)/\(isolation).jsonl.gz'")
    let rows = read.text.split(separator: "\n").filter {
      $0.contains(#""partition": "txn-0", "offset""#)
    }
    try #require(rows.count >= 18)
    let outcome = try await program.shell(
      "varve topic consume txn --isolation \(isolation) --format '%o %T %k %s\\n'")
    #expect(outcome.errors == "")
    let printed = outcome.text.split(separator: "\n")
    #expect(printed.count == rows.count)
    for (row, line) in zip(rows, printed) {
      let object = try JSONSerialization.jsonObject(with: Data(row.utf8))
      let record = try #require(object as? [String: Any])
      let number = { (name: String) in (record[name] as? Int).map(String.init) ?? "" }
      let text = { (name: String) in record[name] as? String ?? "" }
      let wanted = [number("offset"), number("timestamp"), text("key"), text("value")]
      #expect(line == wanted.joined(separator: " "))
    }
  }
}
