import Synchronization
import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// What retention keeps and removes, against a model that looks at every record.
@Suite struct RetentionTests {
  private let time = ManualTime()
  private let disk = SimulatedFileSystem(seed: 1)

  private func makeLog(
    _ change: (inout LogConfiguration) -> Void = { _ in }
  ) throws -> LogUnderTest {
    var configuration = PartitionLogTests.small()
    configuration.retentionMilliseconds = -1
    change(&configuration)
    return try LogUnderTest("/topic-0", on: disk, time: time, configuration: configuration)
  }

  /// One record of 100 bytes, stamped now.
  private func append(_ count: Int = 1, to subject: LogUnderTest) throws {
    for _ in 0..<count {
      try subject.append([(time.now, nil, [UInt8](repeating: 7, count: 100))])
    }
  }

  @Test(
    "G05: after a tick no closed segment is older than retention.ms or lies over retention.bytes",
    arguments: TestShare.seeds(10, long: 200))
  func limits(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let maxAge = Int64.random(in: 1...50_000, using: &generator)
    let maxBytes = Int64.random(in: 0...30_000, using: &generator)
    let subject = try makeLog {
      $0.retentionMilliseconds = maxAge
      $0.retentionBytes = maxBytes
    }
    for _ in 0..<30 {
      try append(Int.random(in: 0...40, using: &generator), to: subject)
      time.advance(byMilliseconds: Int64.random(in: 0...5000, using: &generator))
      let before = subject.log.segments
      let active = subject.log.segments.last
      try tick(subject.log)
      let kept = subject.log.segments
      let start = subject.log.startOffset
      #expect(start == kept[0].baseOffset, "\(TestShare.again(seed))")
      for segment in before {
        let isOld = isOlder(segment, than: maxAge, in: subject)
        let later = before.filter { $0.baseOffset > segment.baseOffset }.reduce(0) { $0 + $1.end }
        let isOver = segment !== active && later >= maxBytes
        let isEarlierOneKept = kept.contains { $0.baseOffset < segment.baseOffset }
        let isKept = kept.contains { $0 === segment }
        #expect(
          isKept == !(isOld || isOver) || isKept && isEarlierOneKept, "\(TestShare.again(seed))")
      }
      #expect(try subject.read(from: start) == subject.records.filter { $0.offset >= start })
    }
  }

  /// What maintenance does; the test's checkpoint is durable at once. Returns the number of
  /// segments removed.
  @discardableResult
  private func tick(_ log: PartitionLog, limit: Int = 64) throws -> Int {
    try log.removeSegments(before: log.applyRetention(), limit: limit)
  }

  private func isOlder(_ segment: Segment, than age: Int64, in subject: LogUnderTest) -> Bool {
    let range = segment.baseOffset..<segment.nextOffset
    let newest = subject.records.filter { range.contains($0.offset) }.map(\.timestamp).max()
    return newest.map { time.now.rawValue - $0.rawValue > age } ?? false
  }

  @Test("G05: the segment in use is closed, not lost, when all that it holds is too old")
  func expiredActiveSegment() throws {
    let subject = try makeLog { $0.retentionMilliseconds = 1000 }
    try append(3, to: subject)
    time.advance(byMilliseconds: 1001)
    #expect(try tick(subject.log) == 1)
    #expect(subject.log.startOffset == 3)
    #expect(subject.log.endOffset == 3)
    try append(to: subject)
    #expect(try subject.read(from: 3).map(\.offset) == [3])
    #expect(try tick(subject.log) == 0)
  }

  @Test("G05: a reader inside a removed segment gets OFFSET_OUT_OF_RANGE, and keeps what it holds")
  func readerInsideRemovedSegment() throws {
    let subject = try makeLog { $0.retentionMilliseconds = 1000 }
    try append(200, to: subject)
    var cursor = try LogCursor(subject.log, from: 0)
    let held = try #require(try cursor.next(maxBytes: 1))
    let copy = Array(held)
    let passed = try #require(subject.log.segments.first)
    time.advance(byMilliseconds: 61_000)
    try append(200, to: subject)
    #expect(try tick(subject.log) > 2)
    time.advance(byMilliseconds: 60_000)
    try append(to: subject)
    try tick(subject.log)
    #expect(try disk.kind(of: passed.files.path(.log, .deleted)) == nil)

    #expect(held.elementsEqual(copy))
    // The rest of the segment is still under the reader; after that its place is gone.
    #expect(throws: LogError.self) { while try cursor.next(maxBytes: 1 << 20) != nil {} }
    #expect(cursor.nextOffset == passed.nextOffset)
    let error = #expect(throws: LogError.self) { try subject.log.read(from: 0, maxBytes: 100) }
    #expect(error?.code == .offsetOutOfRange)
  }

  @Test func `files go when file.delete.delay.ms has passed`() throws {
    let subject = try makeLog { $0.retentionBytes = 0 }
    try append(100, to: subject)
    let removed = try tick(subject.log)
    let deleted = { try disk.contents(ofDirectory: "/topic-0").filter { $0.hasSuffix(".deleted") } }
    #expect(try deleted().filter { $0.contains(".log") }.count == removed)
    time.advance(byMilliseconds: 59_999)
    try tick(subject.log)
    #expect(try deleted().isEmpty == false)
    time.advance(byMilliseconds: 1)
    try tick(subject.log)
    #expect(try deleted() == [])
  }

  @Test func `a limit spreads the work over several calls`() throws {
    let subject = try makeLog { $0.retentionBytes = 0 }
    try append(200, to: subject)
    let closed = subject.log.segments.count - 1
    #expect(try tick(subject.log, limit: 2) == 2)
    #expect(try tick(subject.log, limit: closed) == closed - 2)
    #expect(subject.log.segments.count == 1)
  }

  @Test func `a topic that is only compacted is not cut, however old or large`() throws {
    let subject = try makeLog {
      $0.cleanupPolicy = .compact
      $0.retentionMilliseconds = 1
      $0.retentionBytes = 1
    }
    try append(100, to: subject)
    time.advance(byMilliseconds: 1000)
    #expect(try tick(subject.log) == 0)
    #expect(subject.log.startOffset == 0)
  }

  @Test("G07: the log start moves within a segment, and survives a restart")
  func deleteRecords() throws {
    let subject = try makeLog()
    try append(100, to: subject)
    let second = subject.log.segments[1].baseOffset
    for start in [5, second, second + 3, 100] {
      try subject.log.deleteRecords(before: start)
      for cleanly in [true, false] {
        #expect(subject.log.startOffset == start)
        #expect(throws: LogError.self) { try subject.log.read(from: start + -1, maxBytes: 1) }
        #expect(try subject.read(from: start).map(\.offset).first == (start < 100 ? start : nil))
        #expect(try subject.log.firstRecord(stampedAtOrAfter: 0)?.offset ?? 100 == start)
        try subject.log.flush()
        try subject.reopen(cleanly: cleanly)
      }
    }
    try subject.log.deleteRecords(before: 7)
    #expect(subject.log.startOffset == 100)
    let error = #expect(throws: LogError.self) { try subject.log.deleteRecords(before: 101) }
    #expect(error?.code == .offsetOutOfRange)
    try append(to: subject)
    #expect(try subject.read(from: 100).map(\.offset) == [100])
  }

  @Test("G05: a crash at any operation of retention leaves a log without a hole")
  func crashes() throws {
    let subject = try makeLog { $0.retentionBytes = 8000 }
    try append(150, to: subject)
    let log = subject.log
    let kept = try #require(
      log.segments.last { segment in
        log.segments.filter { $0.baseOffset >= segment.baseOffset }.reduce(0) { $0 + $1.end }
          >= 8000
      })
    try log.close()
    // What the checkpoint file would say when the crash comes.
    let checkpoint = Mutex(Offset(0))
    try CrashPoints.each(of: disk) { disk in
      checkpoint.withLock { $0 = 0 }
      let log = try open(subject, on: disk)
      let start = try log.applyRetention()
      checkpoint.withLock { $0 = start }
      try log.removeSegments(before: start)
    } check: { disk, point in
      let again = try open(subject, on: disk, logStartOffset: checkpoint.withLock { $0 })
      let start = again.startOffset
      #expect(start <= kept.baseOffset, "\(point)")
      let expected = subject.records.map(\.offset).filter { $0 >= start }
      #expect(try LogContents.records(again).map(\.offset) == expected, "\(point)")
      try tick(again)
      #expect(again.startOffset == kept.baseOffset, "\(point)")
      #expect(again.segments.first?.baseOffset == kept.baseOffset, "\(point)")
    }
  }

  @Test func `a failed rename leaves the log in use, and the next tick tries again`() throws {
    let subject = try makeLog { $0.retentionBytes = 0 }
    try append(150, to: subject)
    for _ in 0..<3 {
      disk.failNext(.rename)
      #expect(throws: LogError.self) { try tick(subject.log) }
      try append(to: subject)
    }
    #expect(try tick(subject.log) > 0)
    #expect(subject.log.segments.count == 1)
  }

  private func open(
    _ subject: LogUnderTest, on disk: SimulatedFileSystem, logStartOffset: Offset = 0
  ) throws -> PartitionLog {
    try LogContents.open(
      subject.directory, on: disk, time: time, configuration: subject.configuration,
      recoveryPoint: subject.log.endOffset, logStartOffset: logStartOffset)
  }
}
