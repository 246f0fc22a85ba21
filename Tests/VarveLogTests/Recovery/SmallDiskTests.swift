import Testing
import VarveBase
import VarveLog
import VarveTestKit
import VarveTestSupport

/// Goal: a log on a disk that is full tells each caller so, is as it was, loses nothing, and goes
/// on once there is room. Method: a file system of half a mebibyte, mounted for the test, and a
/// file that takes what is left of it.
@Suite(.enabled(if: MountedDisk.canMount, "only root may mount a small disk"))
struct SmallDiskTests {
  private let disk: MountedDisk
  private let files = LocalFileSystem()
  private let partition: TopicPartition

  init() throws {
    disk = try MountedDisk(byteCount: 512 << 10)
    partition = TopicPartition(topic: try TopicName("topic"), partition: 0)
  }

  private func subject(_ change: (inout LogConfiguration) -> Void) throws -> LogUnderTest {
    var configuration = PartitionLogTests.small()
    change(&configuration)
    return try LogUnderTest(disk.path + "/topic-0", on: files, configuration: configuration)
  }

  private func append(_ count: Int, to subject: LogUnderTest) throws {
    for _ in 0..<count {
      try subject.append([(1000, nil, [UInt8](repeating: 7, count: 1000))])
    }
  }

  /// Calls `body`, which must throw because the disk is full, and say what to do.
  private func expectFull(_ body: () throws -> Void) {
    #expect {
      try body()
    } throws: { error in
      guard let error = error as? LogError, let cause = error.cause as? FileError else {
        return false
      }
      return cause.code == .noSpace && error.description.contains("free some space")
    }
  }

  private func free() throws { try files.remove(disk.path + "/filler") }

  /// But for snapshots of producers, which stay true of their offset whatever comes after it.
  private func names() throws -> [String] {
    try files.contents(ofDirectory: disk.path + "/topic-0")
      .filter { !$0.hasSuffix(".snapshot") }.sorted()
  }

  @Test("G14: a real disk that is full where a segment grows is one error, and nothing is lost")
  func growth() throws {
    let subject = try subject { $0.segmentBytes = 1 << 20 }
    try append(10, to: subject)
    try disk.fill(leaving: 32 << 10)
    let before = try names()
    expectFull { try append(500, to: subject) }
    let end = subject.log.endOffset
    expectFull { try append(500, to: subject) }
    #expect(subject.log.endOffset == end && end == Offset(Int64(subject.records.count)))
    #expect(try names() == before)
    #expect(try subject.read(from: 0) == subject.records)
    try free()
    try append(100, to: subject)
    #expect(try subject.read(from: 0) == subject.records)
    try subject.reopen(cleanly: false)
    #expect(try subject.read(from: 0) == subject.records)
  }

  @Test("G14: a real disk that is full where a segment is rolled leaves nothing of the next one")
  func roll() throws {
    // Reserved as a whole: no segment grows.
    let subject = try subject { configuration in
      configuration.segmentBytes = 64 << 10
      configuration.isPreallocated = true
    }
    try append(10, to: subject)
    try disk.fill(leaving: 48 << 10)
    let before = try names()
    expectFull { try append(100, to: subject) }
    #expect(subject.log.segments.count == 1)
    #expect(try names() == before)
    #expect(try subject.read(from: 0) == subject.records)
    try free()
    try append(100, to: subject)
    #expect(subject.log.segments.count > 1)
    try subject.reopen(cleanly: false)
    #expect(try subject.read(from: 0) == subject.records)
  }

  @Test("G14: a real disk that is full at a checkpoint leaves the old one")
  func checkpoint() throws {
    let checkpoint = OffsetCheckpoint(.recoveryPoint, in: disk.path, on: files)
    try checkpoint.write([partition: 5])
    try disk.fill()
    expectFull { try checkpoint.write([partition: 6]) }
    #expect(try checkpoint.read() == [partition: 5])
    try free()
    try checkpoint.write([partition: 7])
    #expect(try checkpoint.read() == [partition: 7])
  }

  @Test("G14: a log is closed on a real disk that is full, by giving back what it had reserved")
  func close() throws {
    let subject = try subject { $0.segmentBytes = 1 << 20 }
    try append(10, to: subject)
    try disk.fill()
    try subject.log.close()
    #expect(try subject.read(from: 0) == subject.records)
    try free()
    try subject.reopen(cleanly: true)
    #expect(try subject.read(from: 0) == subject.records)
  }
}
