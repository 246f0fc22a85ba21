import Synchronization
import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// Goal: a reader that only has the directory sees what the writer's own readers see, whole batches
/// only, through rolls, retention and reopening. Method: random actions of a writer, and after each
/// the follower compared with it.
@Suite struct FollowerTests {
  private static func configuration() -> LogConfiguration {
    var configuration = PartitionLogTests.small()
    configuration.retentionMilliseconds = -1
    return configuration
  }

  @Test("G15: a follower sees what was appended, at every step", arguments: UInt64(1)...10)
  func follows(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let directory = try TemporaryDirectory()
    let subject = try LogUnderTest(
      directory.path + "/topic-0", on: LocalFileSystem(), configuration: Self.configuration())
    try subject.append(PartitionLogTests.batch(&random))
    let follower = try LogFollower(
      subject.log.partition, directory: subject.directory, on: LocalFileSystem())
    var cursor = try LogCursor(follower, from: 0)
    var cursorRecords: [LogUnderTest.Record] = []
    for _ in 0..<100 {
      try act(subject, &random)
      try follower.refresh()
      #expect(follower.endOffset == subject.log.endOffset, "seed \(seed)")
      try compare(follower, subject, &random)
      while let bytes = try cursor.next(maxBytes: 3000) {
        var next = Offset(0)
        cursorRecords += try LogUnderTest.records(in: bytes, &next)
      }
    }
    #expect(cursorRecords == subject.records, "seed \(seed)")
    let late = try LogFollower(
      subject.log.partition, directory: subject.directory, on: LocalFileSystem())
    try compare(late, subject, &random)
  }

  private func act(_ subject: LogUnderTest, _ random: inout SeededGenerator) throws {
    switch Int.random(in: 0..<20, using: &random) {
    case 0: try subject.reopen(cleanly: Bool.random(using: &random))
    case 1: try subject.log.flush()
    default:
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        try subject.append(PartitionLogTests.batch(&random))
      }
    }
  }

  private func compare(
    _ follower: LogFollower, _ subject: LogUnderTest, _ random: inout SeededGenerator
  ) throws {
    let start = Offset(
      Int64.random(in: 0...follower.endOffset.rawValue, using: &random))
    let slice = try follower.read(from: start, maxBytes: 2000)
    #expect(slice.bytes.elementsEqual(try subject.log.read(from: start, maxBytes: 2000).bytes))
    let time = Timestamp(Int64.random(in: 0...100_000, using: &random))
    #expect(
      try follower.firstRecord(stampedAtOrAfter: time)
        == subject.log.firstRecord(stampedAtOrAfter: time))
  }

  @Test("G15: a segment that its writer closes and cuts between two looks is read to its end")
  func cutMeanwhile() throws {
    let directory = try TemporaryDirectory()
    let subject = try LogUnderTest(
      directory.path + "/topic-0", on: LocalFileSystem(), configuration: Self.configuration())
    try subject.append([(5, nil, [1])])
    let files = CutFiles(LocalFileSystem())
    let follower = try LogFollower(
      subject.log.partition, directory: subject.directory, on: files)
    try subject.append([(5, nil, [2])])
    let closing = Mutex<(any Error)?>(nil)
    let log = subject.log
    files.onNextSize { _ in
      do { try log.close() } catch { closing.withLock { $0 = error } }
    }
    try follower.refresh()
    #expect(log.isClosed && closing.withLock { $0 } == nil)
    #expect(follower.endOffset == 2)
  }

  @Test("a follower sees transactions as the writer does")
  func transactions() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/topic-0"
    let subject = try LogUnderTest(
      path, on: LocalFileSystem(), configuration: Self.configuration())
    try subject.append([(5, nil, [1])])
    let follower = try LogFollower(subject.log.partition, directory: path, on: LocalFileSystem())
    for number in 0..<200 {
      var builder = RecordBatchBuilder(
        producerID: 4, producerEpoch: 0, baseSequence: Int32(number), isTransactional: true)
      try builder.append(timestamp: 5, key: nil, value: ByteSlice([UInt8](repeating: 1, count: 90)))
      try builder.finish()
      try subject.log.append(builder.bytes)
      try follower.refresh()
      #expect(follower.lastStableOffset == subject.log.lastStableOffset)
      var marker = RecordBatchBuilder(
        producerID: 4, producerEpoch: 0, isTransactional: true, isControl: true)
      try marker.appendMarker(commits: number % 3 == 0, coordinatorEpoch: 0, timestamp: 5)
      try marker.finish()
      try subject.log.append(marker.bytes)
      try follower.refresh()
      #expect(follower.lastStableOffset == subject.log.lastStableOffset)
    }
    let found = try follower.read(from: 0, maxBytes: 10, isolation: .readCommitted)
    let expected = try subject.log.read(from: 0, maxBytes: 10, isolation: .readCommitted)
    #expect(found.aborted == expected.aborted)
    #expect(found.aborted.count == 133)
  }

  @Test("a follower inside a removed segment reads on; what is gone is out of range")
  func retention() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/topic-0"
    var configuration = Self.configuration()
    configuration.fileDeleteDelayMilliseconds = 0
    let subject = try LogUnderTest(path, on: LocalFileSystem(), configuration: configuration)
    for _ in 0..<100 { try subject.append([(5, nil, [UInt8](repeating: 1, count: 200))]) }
    let follower = try LogFollower(subject.log.partition, directory: path, on: LocalFileSystem())
    var cursor = try LogCursor(follower, from: 0)
    _ = try cursor.next(maxBytes: 1)
    configuration.retentionBytes = 8000
    subject.log.reconfigure(configuration)
    let start = try subject.log.applyRetention()
    try subject.log.removeSegments(before: start)
    try subject.log.removeSegments(before: start)
    for _ in 0..<30 { try subject.append([(5, nil, [UInt8](repeating: 1, count: 200))]) }
    try follower.refresh()
    #expect(follower.startOffset == start)
    #expect(follower.endOffset == 130)
    try follower.reload()
    #expect(follower.startOffset == start)
    #expect(follower.endOffset == 130)
    #expect {
      try follower.read(from: 0, maxBytes: 100)
    } throws: { ($0 as? LogError)?.code == .offsetOutOfRange }
    let next = try cursor.next(maxBytes: 1)
    #expect(next.flatMap { RecordBatchHeader($0.bytes) }?.baseOffset == 1)
  }
}
