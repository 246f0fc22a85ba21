import Foundation
import Testing
import VarveTestKit

/// Goal: the measurements run and say what they measured. Method: few records; times are not
/// looked at, only that they are there.
@Suite struct BenchTests {
  @Test(
    "G58: a bench prints what was written and leaves nothing behind",
    arguments: [
      "append", "replay", "latency",
    ])
  func bench(name: String) async throws {
    let program = try BuiltProgram()
    let line =
      "varve bench \(name) --at . --records 100 --record-bytes 50 --partitions 3 --threads 2 "
      + "--durability interval --compression gzip --json"
    let outcome = try await program.shell(line + "; ls")
    #expect(outcome.errors == "")
    let object = try JSONSerialization.jsonObject(with: Data(outcome.output))
    let result = try #require(object as? [String: Any])
    #expect(result["bench"] as? String == name)
    #expect(result["records"] as? Int == 100)
    #expect(result["recordBytes"] as? Int == 50)
    #expect(result["partitions"] as? Int == 3)
    #expect(result["threads"] as? Int == 2)
    #expect(result["durability"] as? String == "interval")
    #expect(result["compression"] as? String == "gzip")
    #expect((result["recordsPerSecond"] as? Double ?? 0) > 0)
    let latency = result["latency"] as? [[String: Any]]
    #expect(latency?.count == (name == "latency" ? 5 : 0))
    let table = try await program.shell("varve bench \(name) --at . --records 100")
    #expect(table.text.hasPrefix("BENCH"))
  }

  @Test func `S15: bench guarantees counts what killed programs lost and repeated`() async throws {
    let program = try BuiltProgram()
    let outcome = try await program.shell(
      "varve bench guarantees --at . --records 300 --batch-records 10 --partitions 3 --kills 5 "
        + "--seed 7 --json; ls")
    #expect(outcome.errors == "")
    let object = try JSONSerialization.jsonObject(with: Data(outcome.output))
    let result = try #require(object as? [String: Any])
    #expect(result["bench"] as? String == "guarantees")
    #expect(result["records"] as? Int == 300)
    #expect(result["kills"] as? Int == 5)
    let levels = try #require(result["levels"] as? [[String: Any]])
    #expect(
      levels.map { $0["guarantee"] as? String } == [
        "at-most-once", "at-least-once", "effectively-once",
      ])
    let lost = try levels.map { try #require($0["lost"] as? Int) }
    let duplicates = try levels.map { try #require($0["duplicates"] as? Int) }
    #expect(duplicates[0] == 0 && (0...50).contains(lost[0]), "at most once")
    #expect(lost[1] == 0 && (0...50).contains(duplicates[1]), "at least once")
    #expect(lost[2] == 0 && duplicates[2] == 0, "effectively once")
    #expect(levels.allSatisfy { ($0["recordsPerSecond"] as? Double ?? 0) > 0 })
    #expect(levels[1]["ratio"] as? Double == 1)
  }

  @Test func `S15: more kills than batches are refused`() async throws {
    let outcome = try await BuiltProgram().shell("varve bench guarantees --records 100 --kills 5")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("enough for 0 kills, not 5"))
  }
}
