import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// Goal: a log of a size that people have is right at every offset. Method: what a record says
/// follows from its offset and a seed, so that ten million need no model but a function. Expected:
/// about a million records a second in a release build, written and read twice.
@Suite struct ManyRecordsTests {
  private let content = ContentByOffset(seed: 1)
  private let count = Offset(Int64(TestShare.count(5_000, long: 10_000_000)))

  @Test("G01: 10 M random records over forced rolls are what they were, by offset, after reopening")
  func manyRecords() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/topic-0"
    let writer = try open(path, cleanly: false)
    try append(to: writer)
    #expect(writer.segments.count > 10)
    try writer.close()
    // Once with the indexes that were written, once as after a crash with all that is made again.
    for cleanly in [true, false] {
      let log = try open(path, cleanly: cleanly)
      #expect(log.startOffset == 0 && log.endOffset == count)
      try readAll(of: log)
      try readAnywhere(in: log)
      if cleanly { try log.close() }
    }
  }

  private func open(_ path: String, cleanly: Bool) throws -> PartitionLog {
    var configuration = LogConfiguration()
    configuration.segmentBytes = TestShare.count(16 << 10, long: 16 << 20)
    var loader = try LogUnderTest.loader(path, LocalFileSystem(), SystemTime(), configuration)
    loader.isCleanlyClosed = cleanly
    return try loader.load().log
  }

  private func append(to log: PartitionLog) throws {
    var generator = SeededGenerator(seed: 2)
    var builder = RecordBatchBuilder()
    while log.endOffset < count {
      let first = log.endOffset
      let size = min(Int64.random(in: 1...100, using: &generator), count - first)
      builder.reset()
      for delta in 0..<size {
        let record = content.record(at: first + delta)
        try builder.append(
          timestamp: record.timestamp, key: record.key, value: record.value)
      }
      try builder.finish()
      try log.append(builder.bytes)
    }
  }

  /// Every record, in order and without a gap.
  private func readAll(of log: PartitionLog) throws {
    var cursor = try LogCursor(log, from: 0)
    var next: Offset = 0
    while let bytes = try cursor.next(maxBytes: 1 << 20) {
      try check(bytes, from: &next)
    }
    #expect(next == count)
  }

  /// From anywhere, the first record is the one asked for.
  private func readAnywhere(in log: PartitionLog) throws {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<TestShare.count(200, long: 100_000) {
      let target = Offset(Int64.random(in: 0..<count.rawValue, using: &generator))
      let bytes = try log.read(from: target, maxBytes: 1).bytes
      let header = try RecordBatch.checkedHeader(bytes.bytes)
      guard header.baseOffset <= target, target <= header.lastOffset else {
        Issue.record("offset \(target): a batch of \(header.baseOffset) to \(header.lastOffset)")
        return
      }
      var next = header.baseOffset
      try check(bytes, from: &next)
    }
  }

  /// One expectation for all records of some batches, which are too many for one each.
  private func check(_ bytes: ByteSlice, from next: inout Offset) throws {
    var position = 0
    while position < bytes.count {
      let header = try RecordBatch.checkedHeader(bytes.bytes, at: position)
      let batch = bytes.slice(position..<position + header.sizeInBytes)
      let payload = batch.slice(RecordBatchHeader.byteCount..<batch.count)
      var records = RecordIterator(payload: payload.bytes, header: header)
      while let record = try records.next() {
        let expected = content.record(at: next)
        guard record.offset == next, record.timestamp == expected.timestamp,
          record.keyRange.map({ payload.slice($0) }) == expected.key,
          record.valueRange.map({ payload.slice($0) }) == expected.value
        else { throw WrongRecord(offset: record.offset, expected: next) }
        next = next + 1
      }
      position += header.sizeInBytes
    }
  }

  private struct WrongRecord: Error {
    let offset: Offset
    let expected: Offset
  }
}

/// A record for each offset: keys and values are pieces of random bytes, some empty, some null.
private struct ContentByOffset {
  private let seed: UInt64
  private let bytes: ByteSlice

  init(seed: UInt64) {
    self.seed = seed
    var generator = SeededGenerator(seed: seed)
    bytes = ByteSlice((0..<1 << 16).map { _ in UInt8.random(in: 0...255, using: &generator) })
  }

  func record(at offset: Offset) -> (timestamp: Timestamp, key: ByteSlice?, value: ByteSlice?) {
    var generator = SeededGenerator(seed: seed ^ UInt64(offset.rawValue) << 8)
    let numbers = generator.next()
    let start = Int(numbers & 0x7FFF)
    let size = Int(numbers >> 16 & 63)
    let key = numbers >> 24 & 3 == 0 ? nil : bytes.slice(start..<start + 8)
    let value = numbers >> 28 & 15 == 0 ? nil : bytes.slice(start + 8..<start + 8 + size)
    return (Timestamp(1_700_000_000_000 + Int64(numbers >> 44)), key, value)
  }
}
