import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// Appends, reads and reopens against a model that is an array of records.
@Suite struct PartitionLogTests {
  static func small() -> LogConfiguration {
    var configuration = LogConfiguration()
    configuration.segmentBytes = 4096
    configuration.indexIntervalBytes = 256
    return configuration
  }

  static func batch(
    _ generator: inout SeededGenerator
  ) -> [(timestamp: Timestamp, key: [UInt8]?, value: [UInt8]?)] {
    (0..<Int.random(in: 1...5, using: &generator)).map { _ in
      let timestamp = Timestamp(Int64.random(in: 0...100_000, using: &generator))
      let key: [UInt8]? =
        Bool.random(using: &generator)
        ? nil : Array("k\(UInt8.random(in: 0...99, using: &generator))".utf8)
      let value: [UInt8]? =
        Int.random(in: 0..<8, using: &generator) == 0
        ? nil : (0..<Int.random(in: 0...120, using: &generator)).map { UInt8($0) }
      return (timestamp, key, value)
    }
  }

  @Test(
    "G01: random records over many segments equal the model, by offset and after reopening",
    arguments: UInt64(1)...20)
  func matchesModel(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let directory = try TemporaryDirectory()
    let subject = try LogUnderTest(
      directory.path + "/topic-0", on: LocalFileSystem(), configuration: Self.small())
    for _ in 0..<10 {
      for _ in 0..<20 { try subject.append(Self.batch(&generator)) }
      try subject.reopen(cleanly: Bool.random(using: &generator))
      for _ in 0..<20 {
        let start = Offset(Int64.random(in: 0...Int64(subject.records.count), using: &generator))
        let found = try subject.read(
          from: start, maxBytes: Int.random(in: 1...5000, using: &generator))
        #expect(found == subject.records.filter { $0.offset >= start }, "seed \(seed)")
      }
    }
    #expect(subject.log.segments.count > 10)
  }

  @Test(
    "G03: offset for time equals a full scan, with timestamps in any order",
    arguments: UInt64(1)...10)
  func offsetForTime(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let directory = try TemporaryDirectory()
    let subject = try LogUnderTest(
      directory.path + "/topic-0", on: LocalFileSystem(), configuration: Self.small())
    for _ in 0..<200 { try subject.append(Self.batch(&generator)) }
    for _ in 0..<100 {
      let target = Timestamp(Int64.random(in: -1...100_100, using: &generator))
      let expected = subject.records.first { $0.timestamp >= target }
      let found = try subject.log.firstRecord(stampedAtOrAfter: target)
      #expect(found?.offset == expected?.offset, "seed \(seed), time \(target)")
      #expect(found?.timestamp == expected?.timestamp)
    }
    let newest = subject.records.map(\.timestamp).max()
    #expect(try subject.log.newestRecord()?.timestamp == newest)
  }
}
