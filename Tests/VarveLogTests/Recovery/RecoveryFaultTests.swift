import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// Goal: a disk that is full, read-only, out of descriptors or failing gives one typed error; the
/// log is as it was, and goes on once the cause is gone.
@Suite struct RecoveryFaultTests {
  let disk = SimulatedFileSystem(seed: 1)

  private func subject() throws -> LogUnderTest {
    var configuration = PartitionLogTests.small()
    configuration.segmentBytes = 200_000
    return try LogUnderTest("/data/topic-0", on: disk, configuration: configuration)
  }

  private static func batch(_ size: Int) -> [(timestamp: Timestamp, key: [UInt8]?, value: [UInt8]?)]
  {
    [(1000, nil, [UInt8](repeating: 7, count: size))]
  }

  private func expectWhole(_ subject: LogUnderTest) throws {
    #expect(try subject.read(from: 0) == subject.records)
  }

  /// Calls `body`, which must throw for that reason.
  private func expect(_ code: FileError.Code, _ body: () throws -> Void) {
    #expect {
      try body()
    } throws: { error in
      guard let error = error as? LogError, let cause = error.cause as? FileError else {
        return false
      }
      return cause.code == code && !error.message.isEmpty
    }
  }

  @Test("G14: a full disk at growth is one error, and nothing is lost")
  func fullAtGrowth() throws {
    let subject = try subject()
    try subject.append(Self.batch(1000))
    disk.setCapacity(100_000)
    expect(.noSpace) { for _ in 0..<200 { try subject.append(Self.batch(1000)) } }
    expect(.noSpace) { try subject.append(Self.batch(90_000)) }
    try expectWhole(subject)
    disk.setCapacity(10_000_000)
    for _ in 0..<300 { try subject.append(Self.batch(1000)) }
    try expectWhole(subject)
    try subject.reopen(cleanly: false)
    try expectWhole(subject)
  }

  @Test("G14: too many open files at a roll is one error, and reading needs none")
  func tooManyFiles() throws {
    var configuration = PartitionLogTests.small()
    configuration.segmentBytes = 2000
    let subject = try LogUnderTest("/data/topic-0", on: disk, configuration: configuration)
    disk.setMaxOpenFiles(12)
    for _ in 0..<100 {
      try subject.append(Self.batch(900))
      try subject.log.flush()
    }
    #expect(subject.log.segments.count > 40)
    try expectWhole(subject)
    _ = try subject.log.firstRecord(stampedAtOrAfter: 1001)
    disk.setMaxOpenFiles(4)
    expect(.tooManyOpenFiles) { for _ in 0..<4 { try subject.append(Self.batch(900)) } }
    disk.setMaxOpenFiles(12)
    for _ in 0..<10 {
      try subject.append(Self.batch(900))
      try subject.log.flush()
    }
    try subject.reopen(cleanly: true)
    try expectWhole(subject)
  }

  @Test("G14: a read-only disk is one error that says so")
  func readOnly() throws {
    let subject = try subject()
    try subject.append(Self.batch(10))
    try subject.log.close()
    disk.setReadOnly(true)
    #expect {
      _ = try LogUnderTest.loader(
        "/data/topic-0", disk, SystemTime(), subject.configuration
      ).load()
    } throws: { ($0 as? LogError)?.code == .readOnly }
    disk.setReadOnly(false)
    try subject.reopen(cleanly: false)
    try expectWhole(subject)
  }

  @Test("a checkpoint that finds the disk full leaves the old one")
  func fullAtCheckpoint() throws {
    try disk.createDirectory("/data")
    let checkpoint = OffsetCheckpoint(.recoveryPoint, in: "/data", on: disk)
    let partition = TopicPartition(topic: try TopicName("topic"), partition: 0)
    try checkpoint.write([partition: 5])
    disk.setCapacity(0)
    expect(.noSpace) { try checkpoint.write([partition: 6]) }
    #expect(try checkpoint.read() == [partition: 5])
    disk.setCapacity(1 << 20)
    try checkpoint.write([partition: 7])
    #expect(try checkpoint.read() == [partition: 7])
  }

  @Test("after a failed sync nothing is appended until the log was opened again")
  func failedSync() throws {
    let subject = try subject()
    try subject.append(Self.batch(10))
    try subject.log.flush()
    try subject.append(Self.batch(10))
    disk.failNext(.sync)
    #expect(throws: LogError.self) { try subject.log.flush() }
    #expect(throws: LogError.self) { try subject.append(Self.batch(10)) }
    #expect(throws: LogError.self) { try subject.log.flush() }
    #expect(subject.log.flushedOffset == 1)
    try subject.reopen(cleanly: false)
    try expectWhole(subject)
    try subject.append(Self.batch(10))
    try subject.log.flush()
  }

  @Test("timestamps far in the future and none at all are searched like others")
  func extremeTimestamps() throws {
    let subject = try subject()
    for timestamp in [Int64.max, -1, 0, 5, Int64.max - 1] {
      try subject.append([(Timestamp(timestamp), nil, [1])])
    }
    try subject.reopen(cleanly: false)
    for target in [Int64.min, -1, 0, 6, Int64.max] {
      let expected = subject.records.first { $0.timestamp.rawValue >= target }
      let found = try subject.log.firstRecord(stampedAtOrAfter: Timestamp(target))
      #expect(found?.offset == expected?.offset, "time \(target)")
    }
  }

  @Test("a batch larger than segment.bytes, or than an empty segment's mapping")
  func largeBatches() throws {
    var configuration = PartitionLogTests.small()
    configuration.segmentBytes = 2000
    let subject = try LogUnderTest("/data/topic-0", on: disk, configuration: configuration)
    #expect {
      try subject.append(Self.batch(3000))
    } throws: { ($0 as? LogError)?.code == .batchTooLarge }
    configuration.segmentBytes = 50_000
    subject.log.reconfigure(configuration)
    try subject.append(Self.batch(3000))
    try subject.append(Self.batch(20_000))
    try expectWhole(subject)
  }
}
