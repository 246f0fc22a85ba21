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

  /// The oracle is the log itself, and what Kafka's dump tool says of it.
  @Test func `what stat says of Kafka's partitions is what Kafka's tool dumps`() async throws {
    let program = try await copied()
    let outcome = try await program.shell(
      "for p in codecs-0 txn-0 segments-0 trimmed-0; do varve log stat log/$p --json || exit; done")
    #expect(outcome.errors == "")
    let found = try outcome.text.split(separator: "\n").map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let numbers = try #require(object?["statistics"] as? [String: Any])
      return try ["segments", "batches", "records", "bytes"].map {
        try #require(numbers[$0] as? Int)
      }
    }
    for (name, numbers) in zip(["codecs-0", "txn-0", "segments-0", "trimmed-0"], found) {
      let dumps = try FileManager.default.contentsOfDirectory(atPath: Self.golden + "/dump")
        .filter { $0.hasPrefix(name) && $0.contains(".log.txt") }
      let lines = try dumps.flatMap { try GoldenData.lines("dump/\($0)") }
      let batches = lines.filter { $0.hasPrefix("baseOffset") }
      let logs = try GoldenData.dataFiles(".log").filter { $0.hasPrefix("\(name)/") }
      let bytes = try logs.reduce(0) { try $0 + GoldenData.bytes("data/\($1)").count }
      let records = lines.filter { $0.hasPrefix("| ") }
      #expect(numbers == [dumps.count, batches.count, records.count, bytes], "\(name)")
    }
    #expect(found.count == 4)
  }

  @Test func `repair finds nothing to do in Kafka's partitions, and mends a damaged one`()
    async throws
  {
    let program = try await copied()
    let outcome = try await program.shell(
      """
      for p in log/*-[0-9]; do varve log repair $p || exit; done >said; grep -vc ' sound: ' said
      cmp -s log/txn-0/00000000000000000016.log '\(Self.golden)/data/txn-0/00000000000000000016.log'
      echo "same $?"
      cd log/codecs-0
      rm *.index *.timeindex
      printf X | dd of=00000000000000000200.log bs=1 seek=100 conv=notrunc status=none
      cd ../..
      varve log repair log/codecs-0 >repaired || exit
      varve log verify log/codecs-0 | cut -d , -f 1
      varve topic consume codecs --format '%o\\n' | wc -l
      """)
    #expect(outcome.errors == "")
    // The last segment's one batch, of five records, was damaged: an empty one keeps its offsets.
    #expect(
      outcome.text == """
        0
        same 0
        codecs-0  sound: 200 records in 6 batches
        200

        """)
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
