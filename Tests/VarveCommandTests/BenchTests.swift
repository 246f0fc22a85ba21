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
  func bench(name: String) throws {
    let program = try BuiltProgram()
    let line =
      "varve bench \(name) --at . --records 100 --record-bytes 50 --partitions 3 --threads 2 "
      + "--durability interval --compression gzip --json"
    let outcome = try program.shell(line + "; ls")
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
    let table = try program.shell("varve bench \(name) --at . --records 100")
    #expect(table.text.hasPrefix("BENCH"))
  }
}
