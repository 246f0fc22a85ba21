import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// Goal: what damage took out of a log comes back where a commit journal has it. Method: each batch
/// of a log in turn is damaged in each way; the oracle is the list of what the log was given.
@Suite struct JournalRepairTests {
  private static let index = 3
  private static let directory = "\(JournaledLogs.root)/topic-\(index)"
  private static let log = "\(directory)/00000000000000000000.log"
  private let disk = SimulatedFileSystem(seed: 7)
  private let partition: TopicPartition

  init() throws {
    partition = TopicPartition(topic: try TopicName("topic"), partition: Int32(Self.index))
  }

  enum Damage: CaseIterable { case zeros, flippedBit, cut }

  /// Logs with a batch each that was synced with the files, and four that the journal has.
  private func journaled() throws -> JournaledLogs {
    var limits = SharedSync.Limits()
    limits.journalBytes = 1 << 20
    limits.roundBytes = 4000
    let models = (0..<10).map { JournaledLogs.Model(topicID: TopicID(rawValue: UInt128($0 + 1))) }
    let logs = try JournaledLogs(on: disk, models: models, limits: limits, segmentBytes: 1 << 16)
    for round in 0..<5 {
      for index in 0..<10 { try logs.append([UInt8(round), UInt8(index)], to: index) }
      #expect(logs.makeDurable(0..<10).isEmpty)
    }
    #expect(logs.syncsOfAll == 1)
    return logs
  }

  private func positions() throws -> [Range<Int>] {
    let bytes = try #require(try disk.readFile(Self.log))
    var found: [Range<Int>] = []
    var position = 0
    while let header = RecordBatchHeader(bytes.bytes, at: position) {
      found.append(position..<position + header.sizeInBytes)
      position += header.sizeInBytes
    }
    return found
  }

  private func damage(_ batch: Range<Int>, _ damage: Damage) throws {
    let file = try disk.open(Self.log, .readWrite)
    switch damage {
    case .zeros:
      try file.write(ByteSlice(repeatElement(0, count: batch.count)).bytes, at: batch.lowerBound)
    case .flippedBit:
      let old = try file.read(1, at: batch.upperBound - 2)[0]
      try file.write(ByteSlice([old ^ 4]).bytes, at: batch.upperBound - 2)
    case .cut: try file.resize(to: batch.lowerBound)
    }
  }

  private func repairer(_ id: TopicID) throws -> LogRepairer {
    var repairer = LogRepairer(partition, directory: Self.directory, on: disk)
    repairer.recoveryPoint = 5
    repairer.topicID = id
    repairer.commits = try RecoveredCommits(in: JournaledLogs.root, on: disk)
    return repairer
  }

  private static func lost(_ plan: LogRepairer.Plan) -> [Range<Offset>] {
    plan.lost.map(\.offsets).filter { !$0.isEmpty }
  }

  /// What the log has, opened as one that nothing may be missing from.
  private func values(_ id: TopicID) throws -> [[UInt8]] {
    var loader = LogLoader(partition, directory: Self.directory, on: disk, time: SystemTime())
    loader.topicID = id
    loader.recoveryPoint = 5
    let log = try loader.load().log
    var (found, next): ([[UInt8]], Offset) = ([], 0)
    while next < log.endOffset {
      let slice = try log.read(from: next, maxBytes: 1 << 20)
      found += try LogUnderTest.records(in: slice.bytes, &next).map { $0.value ?? [] }
    }
    return found
  }

  @Test("G09: a repair takes from the commit journal what a damaged file lost", arguments: 1..<5)
  func restores(batch: Int) throws {
    for damage in Damage.allCases {
      let tests = try Self()
      let model = try tests.journaled().models[Self.index]
      let range = try tests.positions()[batch]
      try tests.damage(range, damage)
      let plan = try tests.repairer(model.topicID).apply()
      #expect(Self.lost(plan) == [], "\(damage)")
      #expect(try tests.values(model.topicID) == model.values, "\(damage)")
      #expect(try tests.repairer(model.topicID).plan().isEmpty)
    }
  }

  @Test("what the journal does not have is lost, and nothing else", arguments: Damage.allCases)
  func losesTheRest(damage: Damage) throws {
    let model = try journaled().models[Self.index]
    try self.damage(try positions()[0], damage)
    let plan = try repairer(model.topicID).apply()
    #expect(Self.lost(plan) == [0..<1])
    #expect(try values(model.topicID) == Array(model.values.dropFirst()))
  }

  @Test func `the journal of a topic of the same name that was deleted gives nothing back`() throws
  {
    _ = try journaled()
    try damage(try positions()[2], .zeros)
    var repairer = try repairer(TopicID(rawValue: 99))
    repairer.configuration.segmentBytes = 1 << 16
    #expect(try Self.lost(repairer.plan()) == [2..<3])
  }

  @Test func `what compaction took out of a log stays out`() throws {
    let model = try journaled().models[Self.index]
    try damage(try positions()[2], .zeros)
    var repairer = try repairer(model.topicID)
    repairer.recoveryPoint = 1
    repairer.configuration.cleanupPolicy = [.compact]
    repairer.cleanedUpTo = 4
    #expect(try Self.lost(repairer.plan()) == [2..<3])
    repairer.cleanedUpTo = 0
    #expect(try Self.lost(repairer.plan()) == [])
  }
}
