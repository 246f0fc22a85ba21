import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// Random work with appends, syncs, compaction, cold compression and retention, cut off by crashes
/// at random operations, several in the life of one log.
@Suite struct RewriteCrashTests {
  @Test(
    "G06: crashes amid all kinds of upkeep lose nothing that was synced and not superseded",
    arguments: TestShare.seeds(40, long: 3000))
  func crashes(seed: UInt64) throws {
    var life = try LogLife(seed: seed)
    for _ in 0..<4 {
      life.work()
      try life.crash()
    }
  }
}

/// A log that is worked on, crashes and is opened again, beside all that it was given.
private struct LogLife {
  private let seed: UInt64
  private var generator: SeededGenerator
  private let configuration: LogConfiguration
  private let time = ManualTime()
  private var disk: SimulatedFileSystem
  private var log: PartitionLog
  private var compactor: Compactor
  private var cold: ColdCompressor
  /// By offset.
  private var appended: [StoredRecord] = []
  /// What the broker's checkpoint files would say.
  private var checkpoint: (recoveryPoint: Offset, start: Offset, cleaned: Offset) = (0, 0, 0)
  /// All before it was said to survive a power loss.
  private var synced: Offset = 0

  init(seed: UInt64) throws {
    self.seed = seed
    generator = SeededGenerator(seed: seed)
    var configuration = CompactedLog.settings {
      $0.minCleanableDirtyRatio = 0.2
      $0.isColdCompressed = true
      $0.coldCompressionAfterMilliseconds = 500
      $0.coldBatchBytes = 2048
    }
    if seed % 2 == 0 {
      configuration.cleanupPolicy = [.compact, .delete]
      configuration.retentionBytes = 20_000
      configuration.retentionMilliseconds = -1
    }
    self.configuration = configuration
    disk = SimulatedFileSystem(seed: seed)
    log = try LogContents.open("/topic-0", on: disk, time: time, configuration: configuration)
    compactor = Compactor(log)
    cold = ColdCompressor(log)
  }

  /// Works until the disk crashes, or stops.
  mutating func work() {
    disk.crash(at: disk.operationCount + Int.random(in: 1...500, using: &generator))
    for _ in 0..<400 where !disk.hasCrashed {
      do { try act() } catch { break }
      synced = max(synced, log.flushedOffset)
    }
    synced = max(synced, log.flushedOffset)
    disk.crash()
  }

  private mutating func act() throws {
    time.advance(byMilliseconds: Int64.random(in: 0...50, using: &generator))
    switch Int.random(in: 0..<20, using: &generator) {
    case 0: try log.flush()
    case 1, 2: _ = try compactor.step()
    case 3, 4: _ = try cold.step()
    case 5:
      let start = try log.applyRetention()
      checkpoint.start = start
      try log.removeSegments(before: start)
    case 6: checkpoint = (log.flushedOffset, checkpoint.start, compactor.cleanedUpTo)
    default: try append()
    }
  }

  private mutating func append() throws {
    var builder = RecordBatchBuilder()
    builder.baseOffset = log.endOffset
    for _ in 0..<Int.random(in: 1...5, using: &generator) {
      let key = ByteSlice("key-\(Int.random(in: 0..<40, using: &generator))".utf8)
      let value = ByteSlice((0..<Int.random(in: 0...120, using: &generator)).map { UInt8($0) })
      try builder.append(
        timestamp: time.now, key: key,
        value: Int.random(in: 0..<8, using: &generator) == 0 ? nil : value)
    }
    builder.partitionLeaderEpoch = 0
    try builder.finish()
    let header = try RecordBatch.checkedHeader(builder.bytes)
    // Noted before: a crash in the middle may leave it in the log.
    appended += try LogContents.records(of: builder.makeSlice(), header)
    try log.append(builder.bytes)
  }

  /// Opens what a crash has left, and checks it.
  mutating func crash() throws {
    let kind = CrashPoint.Kind.allCases.randomElement(using: &generator) ?? .power
    let survives = kind == .process ? log.endOffset : synced
    disk =
      switch kind {
      case .process: disk.afterProcessCrash()
      case .power: disk.afterPowerLoss()
      case .powerWithoutOrder: disk.afterPowerLoss(directories: .any)
      }
    log = try LogContents.open(
      "/topic-0", on: disk, time: time, configuration: configuration,
      recoveryPoint: checkpoint.recoveryPoint, logStartOffset: checkpoint.start)
    compactor = Compactor(log, cleanedUpTo: checkpoint.cleaned)
    cold = ColdCompressor(log)
    let end = log.endOffset
    #expect(end >= survives, "\(kind), \(TestShare.again(seed))")
    appended.removeAll { $0.offset >= end }
    try checkRecords(kind, survives)
    // Everything was read and synced by the start.
    synced = end
  }

  private func checkRecords(_ kind: CrashPoint.Kind, _ survives: Offset) throws {
    let start = log.startOffset
    let found = try LogContents.records(log)
    let expected = appended.filter { $0.offset >= start }
    #expect(Set(found).isSubset(of: expected), "\(kind), \(TestShare.again(seed))")
    let present = Set(found.map(\.offset))
    var newest: [ByteSlice: Offset] = [:]
    for record in expected { if let key = record.key { newest[key] = record.offset } }
    for record in expected where !present.contains(record.offset) {
      let isSuperseded = record.key.flatMap { newest[$0] } != record.offset
      #expect(
        isSuperseded || record.value == nil,
        """
        offset \(record.offset) is lost, synced to \(survives): \(kind), \(TestShare.again(seed))
        """)
    }
  }
}
