import Foundation
import Synchronization
import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// One writer, readers of each kind, retention and flushing at once on one log of real files. A
/// record's value follows from its offset, so a reader needs no model to know what is right.
/// `make tsan` runs this under ThreadSanitizer.
@Suite struct ConcurrencyTests {
  @Test func `readers see whole batches in order while a writer, retention and syncs run`() throws {
    let race = try LogRace(batchCount: TestShare.count(1500, long: 40_000), maintained: true)
    let oldest = Mutex(Offset(0))
    try Threads.run([
      { try race.write() },
      { try race.follow() },
      { try race.follow() },
      { try race.readAnywhere(seed: 1) },
      { try race.lookUpTimes(seed: 2) },
      {
        try race.maintain {
          try race.log.applyRetention()
          try race.log.flush()
          let start = race.log.startOffset
          oldest.withLock { last in
            #expect(last <= start)
            last = start
          }
        }
      },
    ])
    #expect(race.log.endOffset == race.endOffset)
    #expect(race.log.startOffset > 0)
  }

  @Test func `appends of many threads get offsets of their own`() throws {
    let race = try LogRace(batchCount: 300)
    try Threads.run(Array(repeating: { try race.write() }, count: 4))
    #expect(race.log.endOffset.rawValue == 4 * race.endOffset.rawValue)
    #expect(race.appendedFirstOffsets.count == 4 * 300)
  }

  @Test func `those who wait for the end are woken by each append, once`() throws {
    let race = try LogRace(batchCount: 500)
    let woken = Mutex(0)
    try Threads.run([
      { try race.write() },
      {
        for offset in 0..<race.endOffset.rawValue {
          let semaphore = DispatchSemaphore(value: 0)
          _ = race.log.whenAppended(at: Offset(offset)) {
            woken.withLock { $0 += 1 }
            semaphore.signal()
          }
          semaphore.wait()
          #expect(race.log.endOffset.rawValue > offset)
        }
      },
    ])
    #expect(woken.withLock { $0 } == Int(race.endOffset.rawValue))
  }
}

/// A log that threads race on.
private final class LogRace: Sendable {
  let log: PartitionLog
  private let directory: TemporaryDirectory
  private let batchCount: Int
  private let firstOffsets = Mutex<Set<Offset>>([])
  private let writersAtWork = Mutex(1)
  private let isMaintained: Atomic<Bool>
  private static let recordsPerBatch = 3

  init(batchCount: Int, maintained: Bool = false) throws {
    self.batchCount = batchCount
    isMaintained = Atomic(maintained)
    directory = try TemporaryDirectory()
    var configuration = LogConfiguration()
    configuration.segmentBytes = 8 << 10
    configuration.indexIntervalBytes = 512
    configuration.retentionBytes = 40 << 10
    configuration.retentionMilliseconds = -1
    configuration.fileDeleteDelayMilliseconds = 0
    log = try LogUnderTest.loader(
      directory.path + "/topic-0", LocalFileSystem(), SystemTime(), configuration
    ).load().log
  }

  /// What one writer gets to, alone.
  var endOffset: Offset { Offset(Int64(batchCount * Self.recordsPerBatch)) }

  var appendedFirstOffsets: Set<Offset> { firstOffsets.withLock { $0 } }

  private static func value(at offset: Offset) -> [UInt8] {
    Array("value of \(offset)".utf8) + [UInt8](repeating: 7, count: Int(offset.rawValue % 50))
  }

  func write() throws {
    defer { writersAtWork.withLock { $0 -= 1 } }
    for index in 0..<batchCount {
      if index == batchCount / 2 { waitForRetention() }
      var builder = RecordBatchBuilder()
      for record in 0..<Self.recordsPerBatch {
        let offset = Offset(Int64(index * Self.recordsPerBatch + record))
        try builder.append(
          timestamp: Timestamp(offset.rawValue), key: nil,
          value: ByteSlice(Self.value(at: offset)))
      }
      try builder.finish()
      let result = try log.append(builder.bytes)
      firstOffsets.withLock { _ = $0.insert(result.firstOffset) }
    }
  }

  /// On a busy machine a writer alone could be done before the others had begun: it stops halfway
  /// until retention has taken something, so that the second half is a race for certain.
  private func waitForRetention() {
    while log.startOffset == 0, isMaintained.load(ordering: .acquiring) { sched_yield() }
  }

  func maintain(_ body: () throws -> Void) throws {
    defer { isMaintained.store(false, ordering: .releasing) }
    try whileWriting(body)
  }

  func whileWriting(_ body: () throws -> Void) throws {
    while writersAtWork.withLock({ $0 }) > 0 { try body() }
  }

  /// Follows the end until the writer has come to its own, starting again where retention
  /// overtakes.
  func follow() throws {
    var next = log.startOffset
    while next < endOffset {
      do {
        var cursor = try LogCursor(log, from: next)
        while next < endOffset {
          guard let bytes = try cursor.next(maxBytes: 2000) else {
            sched_yield()
            continue
          }
          try check(bytes, from: &next)
        }
      } catch let error as LogError where error.code == .offsetOutOfRange {
        next = max(next, log.startOffset)
      }
    }
  }

  func readAnywhere(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    try whileWriting {
      let (start, end) = (log.startOffset, log.endOffset)
      guard start < end else { return }
      var next = Offset(Int64.random(in: start.rawValue..<end.rawValue, using: &generator))
      do {
        let slice = try log.read(from: next, maxBytes: 1000)
        #expect(!slice.bytes.isEmpty)
        try check(slice.bytes, from: &next)
      } catch let error as LogError where error.code == .offsetOutOfRange {
        #expect(next < log.startOffset)
      }
    }
  }

  /// Timestamps equal offsets here.
  func lookUpTimes(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    try whileWriting {
      let (start, end) = (log.startOffset, log.endOffset)
      guard start < end else { return }
      let time = Int64.random(in: start.rawValue..<end.rawValue, using: &generator)
      let found = try log.firstRecord(stampedAtOrAfter: Timestamp(time))
      let offset = try #require(found).offset
      // Retention may have taken the records before it meanwhile.
      #expect(offset.rawValue == time || offset <= log.startOffset)
    }
  }

  /// The records of `bytes` from `next` on come without a gap, each as it was appended.
  private func check(_ bytes: ByteSlice, from next: inout Offset) throws {
    var expected = next
    for record in try LogUnderTest.records(in: bytes, &next) where record.offset >= expected {
      #expect(record.offset == expected)
      #expect(record.value == Self.value(at: record.offset))
      expected = expected + 1
    }
  }
}
