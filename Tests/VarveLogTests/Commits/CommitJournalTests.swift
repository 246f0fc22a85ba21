import Synchronization
import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// Goal: what the commit journal has counts as durable, and comes back where the logs' files lost
/// it; nothing else comes back. The oracle is the list of what each log was given.
@Suite struct CommitJournalTests {
  private static let journal = "\(JournaledLogs.root)/commit-journal.0"
  private let disk = SimulatedFileSystem(seed: 7)

  private func models(_ count: Int) -> [JournaledLogs.Model] {
    (0..<count).map { JournaledLogs.Model(topicID: TopicID(rawValue: UInt128($0 + 1))) }
  }

  private func open(
    _ models: [JournaledLogs.Model], on disk: SimulatedFileSystem, journalBytes: Int = 1 << 20
  ) throws -> JournaledLogs {
    var limits = SharedSync.Limits()
    limits.journalBytes = journalBytes
    limits.roundBytes = 4000
    return try JournaledLogs(on: disk, models: models, limits: limits, segmentBytes: 1 << 16)
  }

  /// Logs whose files and names are on the disk, so that the journal takes what comes.
  private func settled(_ count: Int = 10, journalBytes: Int = 1 << 20) throws -> JournaledLogs {
    let logs = try open(models(count), on: disk, journalBytes: journalBytes)
    try commit([0], to: 0..<count, of: logs)
    #expect(logs.syncsOfAll == 1)
    return logs
  }

  /// Appends a record to each of some logs, with its number, all of which are durable then.
  private func commit(_ value: [UInt8], to indexes: Range<Int>, of logs: JournaledLogs) throws {
    for index in indexes { try logs.append(value + [UInt8(index)], to: index) }
    #expect(logs.makeDurable(indexes).isEmpty)
  }

  /// What a power loss leaves is opened, and compared.
  @discardableResult
  private func reopen(
    _ logs: JournaledLogs, losing seeds: ClosedRange<UInt64> = 1...20
  ) throws -> [JournaledLogs] {
    try seeds.map { seed in
      let reopened = try open(logs.models, on: disk.afterPowerLoss(seed: seed))
      for index in logs.models.indices { try reopened.check(index) }
      return reopened
    }
  }

  @Test func `G10: one write makes the batches of many logs durable, and a power loss keeps them`()
    throws
  {
    let logs = try settled()
    for round in 0..<5 {
      try commit([UInt8(round)], to: 0..<10, of: logs)
    }
    #expect(logs.syncsOfAll == 1)
    #expect(disk.count(.sync, path: Self.journal) == 5)
    #expect(logs.logs.allSatisfy { $0.flushedOffset == 6 && $0.recoveryPoint == 1 })
    let restored = try reopen(logs).flatMap(\.reports).map(\.restoredBytes)
    #expect(restored.contains { $0 > 0 })
  }

  @Test func `G10: a journal that is full starts over once the files are synced`() throws {
    let logs = try settled(journalBytes: 3000)
    for round in 0..<30 {
      // The last log is journaled once alone, and then never of those that wait.
      if round == 1 {
        try logs.append([99], to: 9)
        logs.makeDurable([9])
      }
      try commit([UInt8(round)], to: 0..<9, of: logs)
      if round % 7 == 0 { try reopen(logs, losing: 1...3) }
    }
    #expect(logs.syncsOfAll > 5 && logs.syncsOfAll < 25)
    #expect(logs.logs[9].recoveryPoint == 2)
    #expect(try disk.open(Self.journal, .read).byteCount() <= 3000)
    try reopen(logs)
  }

  @Test func `a round that is large, or of a new segment, is left to the files`() throws {
    let logs = try settled()
    try logs.append([UInt8](repeating: 1, count: 5000), to: 3)
    logs.makeDurable([3])
    #expect(logs.syncsOfAll == 2)
    for _ in 0..<20 { try logs.append([UInt8](repeating: 2, count: 3900), to: 4) }
    logs.makeDurable([4])
    #expect(logs.syncsOfAll == 3)
    #expect(logs.logs[4].recoveryPoint == logs.logs[4].endOffset)
    try reopen(logs)
  }

  @Test(
    "a journal that can't be written is done without",
    arguments: [DiskOperation.Kind.write, .sync, .open], [FileError.Code.noSpace, .io])
  func fallsBack(kind: DiskOperation.Kind, code: FileError.Code) throws {
    let logs = try settled()
    disk.fail { $0.path == Self.journal && $0.kind == kind ? code : nil }
    for round in 0..<3 {
      try commit([UInt8(round)], to: 0..<10, of: logs)
    }
    #expect(logs.syncsOfAll == 4)
    disk.fail(where: nil)
    try logs.append([7], to: 0)
    logs.makeDurable([0])
    // After a full disk the journal is tried again, after another error never.
    #expect(logs.syncsOfAll == (code == .noSpace ? 4 : 5))
    #expect(logs.stops.count.load(ordering: .relaxed) == (code == .noSpace ? 0 : 1))
    try reopen(logs)
  }

  @Test func `after a sync of files that failed the journals are kept for the next start`() throws {
    let logs = try settled(journalBytes: 1500)
    try commit([1], to: 0..<10, of: logs)
    // Full: the files are synced beside, and what they lose by that is only in the journal.
    disk.failNext(.syncAll)
    try commit([2], to: 0..<5, of: logs)
    for index in 0..<5 { try logs.append([3], to: index) }
    logs.work.run()
    #expect(throws: LogError.self) { try logs.append([4], to: 9) }
    // The kernel tells such an error once: the next sync would say that all is well.
    #expect(logs.makeDurable(0..<5).count == 5)
    try reopen(logs)
  }

  @Test func `no other log is promised anything after a sync of files that failed`() throws {
    let logs = try settled()
    try logs.append([1], to: 0)
    try logs.append([UInt8](repeating: 1, count: 5000), to: 1)
    disk.failNext(.syncAll)
    #expect(logs.makeDurable([1]).count == 1)
    #expect(logs.makeDurable([0]).count == 1)
    try reopen(logs)
  }

  @Test func `a log that fails while its journal's files are synced keeps that journal`() throws {
    let logs = try settled(journalBytes: 1500)
    try commit([1], to: 0..<10, of: logs)
    try commit([2], to: 1..<10, of: logs)
    disk.failNext(.sync)
    #expect(throws: LogError.self) { try logs.logs[0].flush() }
    for round in 0..<5 {
      try commit([UInt8(round)], to: 1..<10, of: logs)
    }
    #expect(logs.logs[0].recoveryPoint == 1)
    #expect(logs.stops.count.load(ordering: .relaxed) == 1)
    try reopen(logs)
  }

  @Test func `a log that fails and then comes to a sync of files keeps the journal`() throws {
    let logs = try settled()
    try commit([1], to: 0..<10, of: logs)
    try logs.append([2], to: 0)
    disk.failNext(.sync)
    #expect(throws: LogError.self) { try logs.logs[0].flush() }
    try logs.append([UInt8](repeating: 2, count: 5000), to: 1)
    #expect(logs.makeDurable([0, 1]).count == 1)
    try commit([3], to: 1..<10, of: logs)
    try reopen(logs)
  }

  @Test func `one log's failure keeps the journal too`() throws {
    let logs = try settled(journalBytes: 1500)
    try commit([1], to: 0..<10, of: logs)
    disk.failNext(.sync)
    #expect(throws: LogError.self) { try logs.logs[0].flush() }
    for round in 0..<5 {
      try commit([UInt8(round)], to: 1..<10, of: logs)
    }
    #expect(logs.stops.count.load(ordering: .relaxed) == 1)
    try reopen(logs)
  }

  @Test func `a topic made again under its name gets nothing of the old one`() throws {
    let logs = try settled()
    for index in 0..<10 { try logs.append([1], to: index) }
    logs.makeDurable(0..<10)
    try disk.removeDirectory("\(JournaledLogs.root)/topic-3")
    var models = logs.models
    models[3] = JournaledLogs.Model(topicID: TopicID(rawValue: 99))
    let again = try open(models, on: disk.afterProcessCrash())
    for index in models.indices { try again.check(index) }
    #expect(again.logs[3].endOffset == 0)
  }

  @Test func `damage to the journal costs rounds from there on, and never adds a record`() throws {
    let logs = try settled(4)
    for round in 0..<4 {
      for index in 0..<4 { try logs.append([UInt8(round), 5], to: index) }
      logs.makeDurable(0..<4)
    }
    // No promise holds with a damaged disk: each log is a prefix, that is all.
    for index in logs.models.indices { logs.models[index].durable = 1 }
    let lost = disk.afterPowerLoss(seed: 3)
    let whole = try lost.open(Self.journal, .read).readAll()
    for position in stride(from: 0, to: min(whole.count, 2000), by: 3) {
      let damaged = lost.afterProcessCrash()
      let file = try damaged.open(Self.journal, .readWrite)
      try file.write(ByteSlice([whole[position] ^ 0x10]).bytes, at: position)
      do {
        let reopened = try open(logs.models, on: damaged)
        for index in logs.models.indices { try reopened.check(index) }
      } catch let error as LogError {
        Issue.record("byte \(position): \(error)")
      }
    }
  }

  @Test func `commits of a later version are refused`() throws {
    let logs = try settled(5)
    for index in 0..<5 { try logs.append([1], to: index) }
    logs.makeDurable(0..<5)
    var bytes = try disk.open(Self.journal, .read).readAll()
    bytes[3] = 2
    let length = 16 + Int(ByteSlice(bytes).bytes.bigEndian(at: 8, as: UInt32.self))
    let before = CRC32C.checksum(ByteSlice(bytes[0..<12]).bytes)
    let checksum = CRC32C.checksum(ByteSlice(bytes[16..<length]).bytes, continuing: before)
    for index in 0..<4 {
      bytes[12 + index] = UInt8(truncatingIfNeeded: checksum >> (24 - 8 * index))
    }
    var commits = RecoveredCommits()
    let error = #expect(throws: LogError.self) {
      try commits.add(ByteSlice(bytes), file: "journal")
    }
    #expect(error?.code == .unsupportedVersion)
  }

  @Test func `G10: after a crash at any moment each log is a prefix that has what was promised`()
    throws
  {
    for seed in TestShare.seeds(100, long: 5000) {
      var story = JournalStory(seed: seed)
      do { try story.run() } catch { Issue.record("\(TestShare.again(seed)): \(error)") }
    }
  }
}
