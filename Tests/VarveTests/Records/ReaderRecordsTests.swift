import Testing
import Varve
import VarveLog
import VarveTestKit

@Suite(.everyDoor) struct ReaderRecordsTests {
  private static func filled(_ codecs: [String]) async throws -> VarveUnderTest {
    let log = try VarveUnderTest()
    try await log.varve.createTopic("orders")
    for (index, codec) in codecs.enumerated() {
      var writer = try log.varve.writer(
        "orders", partition: 0, compression: #require(Compression(named: codec)))
      for number in 0..<100 {
        try writer.append(
          key: number % 3 == 0 ? nil : "\(index)", value: "\(index) \(number)",
          headers: number % 5 == 0 ? [Header("h", "\(number)")] : [])
      }
      try writer.commit()
    }
    return log
  }

  @Test func `lending every record gives what reading batches gives`() async throws {
    let log = try await Self.filled(["none", "gzip", "none", "none"])
    let expected = try await log.varve.records("orders").map { PlainRecord($0) }
    #expect(expected.count == 400)
    for start in [Offset(0), 1, 99, 100, 101, 250, 399, 400] {
      for batchBytes in [1, 3000, 1 << 20] {
        var reader = try await log.varve.reader("orders", partition: 0, from: .offset(start))
        reader.batchBytes = batchBytes
        var found: [PlainRecord] = []
        try reader.forEachRecord { found.append(PlainRecord($0)) }
        #expect(found == Array(expected[Int(start.rawValue)...]), "from \(start)")
        #expect(reader.position == 400)
      }
    }
    try await log.varve.close()
  }

  @Test func `an error thrown at a record leaves the reader behind it`() async throws {
    let log = try await Self.filled(["none", "gzip"])
    for stop in [Offset(0), 42, 99, 100, 142, 199] {
      var reader = try await log.varve.reader("orders", partition: 0)
      let error = #expect(throws: VarveError.self) {
        try reader.forEachRecord { record throws(VarveError) in
          if record.offset == stop { throw VarveError(.invalidArgument, "enough") }
        }
      }
      #expect(error?.code == .invalidArgument && reader.position == stop + 1)
      var rest = 0
      try reader.forEachRecord { _ in rest += 1 }
      #expect(rest == 199 - Int(stop.rawValue))
    }
    try await log.varve.close()
  }
}
