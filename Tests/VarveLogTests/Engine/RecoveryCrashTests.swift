import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// Recovery is interrupted at each of its own operations by another power loss. What opens then
/// must still be a prefix of what was appended that holds all that was flushed.
@Suite struct RecoveryCrashTests {
  @Test("G08: a power loss during recovery, at every operation, loses nothing more")
  func crashDuringRecovery() throws {
    for seed in TestShare.seeds(12, long: 400) {
      let written = try WrittenLog(seed: seed)
      let rehearsal = written.disk.afterPowerLoss(seed: seed)
      _ = try written.load(rehearsal)
      for operation in 1...max(rehearsal.operationCount, 1) {
        let interrupted = written.disk.afterPowerLoss(seed: seed)
        interrupted.crash(at: operation)
        _ = try? written.load(interrupted)
        let found = try written.load(interrupted.afterPowerLoss())
        let message = "\(TestShare.again(seed)), operation \(operation)"
        #expect(found.count >= written.flushedCount, "\(message)")
        #expect(found == Array(written.records.prefix(found.count)), "\(message)")
      }
    }
  }

  @Test func `a roll that finds the disk full leaves a log that goes on and opens again`() throws {
    let disk = SimulatedFileSystem(seed: 1)
    let subject = try LogUnderTest(
      "/topic-0", on: disk, configuration: PartitionLogTests.small())
    let large = [UInt8](repeating: 7, count: 1500)
    for _ in 0..<2 { try subject.append([(timestamp: 1, key: nil, value: large)]) }
    disk.fail { $0.path.contains(".snapshot") ? .noSpace : nil }
    #expect(throws: LogError.self) { try subject.append([(timestamp: 1, key: nil, value: large)]) }
    disk.fail(where: nil)
    try subject.append([(timestamp: 2, key: nil, value: [1])])
    for _ in 0..<5 { try subject.append([(timestamp: 3, key: nil, value: large)]) }
    #expect(try subject.read(from: 0) == subject.records)
    for cleanly in [false, true] {
      try subject.reopen(cleanly: cleanly)
      #expect(try subject.read(from: 0) == subject.records)
    }
  }
}

/// A log on a disk that is about to lose its power: some segments, flushed up to somewhere.
private struct WrittenLog {
  let disk: SimulatedFileSystem
  let records: [LogUnderTest.Record]
  let flushedCount: Int
  private let flushed: Offset
  private static let directory = "/topic-0"

  init(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    disk = SimulatedFileSystem(seed: seed)
    let subject = try LogUnderTest(
      Self.directory, on: disk, configuration: PartitionLogTests.small())
    // The name of the partition's directory is its maker's to sync.
    try disk.syncDirectory("/")
    let batchCount = Int.random(in: 20...120, using: &generator)
    let flushAfter = Int.random(in: 0..<batchCount, using: &generator)
    for index in 0..<batchCount {
      try subject.append(PartitionLogTests.batch(&generator))
      if index == flushAfter { try subject.log.flush() }
    }
    flushed = subject.log.flushedOffset
    records = subject.records
    let flushed = flushed
    flushedCount = records.count { $0.offset < flushed }
    disk.crash()
  }

  /// Opens what a disk has, with the recovery point of the flush, and reads it.
  func load(_ disk: SimulatedFileSystem) throws -> [LogUnderTest.Record] {
    var loader = try LogUnderTest.loader(
      Self.directory, disk, SystemTime(), PartitionLogTests.small())
    loader.recoveryPoint = flushed
    let log = try loader.load().log
    var found: [LogUnderTest.Record] = []
    var next = log.startOffset
    while true {
      let slice = try log.read(from: next, maxBytes: 1 << 20)
      if slice.bytes.isEmpty { return found }
      found += try LogUnderTest.records(in: slice.bytes, &next)
    }
  }
}
