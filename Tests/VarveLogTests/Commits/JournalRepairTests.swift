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
    let models = (0..<10).map { JournaledLogs.Model(topicID: TopicID(rawValue: UInt128($0 + 1))) }
    let logs = try open(models)
    for round in 0..<5 { try append(round, to: logs) }
    #expect(logs.syncsOfAll == 1)
    return logs
  }

  private func open(_ models: [JournaledLogs.Model]) throws -> JournaledLogs {
    var limits = SharedSync.Limits()
    limits.journalBytes = 1 << 20
    limits.roundBytes = 4000
    return try JournaledLogs(on: disk, models: models, limits: limits, segmentBytes: 1 << 16)
  }

  private func append(_ round: Int, to logs: JournaledLogs) throws {
    for index in 0..<10 { try logs.append([UInt8(round), UInt8(index)], to: index) }
    #expect(logs.makeDurable(0..<10).isEmpty)
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

  /// By the checkpoint all up to `recoveryPoint` was synced, which the first batch was.
  private func repairer(_ id: TopicID, recoveryPoint: Offset = 1) throws -> LogRepairer {
    var repairer = LogRepairer(partition, directory: Self.directory, on: disk)
    repairer.recoveryPoint = recoveryPoint
    repairer.topicID = id
    repairer.commits = try RecoveredCommits(in: JournaledLogs.root, on: disk)
    return repairer
  }

  private static func lost(_ plan: LogRepairer.Plan) -> [Range<Offset>] {
    plan.lost.map(\.offsets).filter { !$0.isEmpty }
  }

  private func loader(_ id: TopicID) -> LogLoader {
    var loader = LogLoader(partition, directory: Self.directory, on: disk, time: SystemTime())
    loader.topicID = id
    return loader
  }

  /// What the log has, opened as one that nothing may be missing from.
  private func values(_ id: TopicID) throws -> [[UInt8]] {
    var loader = loader(id)
    loader.recoveryPoint = 5
    let log = try loader.load().log
    var (found, next): ([[UInt8]], Offset) = ([], 0)
    while next < log.endOffset {
      let slice = try log.read(from: next, maxBytes: 1 << 20)
      found += try LogUnderTest.records(in: slice.bytes, &next).map { $0.value ?? [] }
    }
    return found
  }

  private func faults(_ id: TopicID) throws -> [LogVerifier.Fault] {
    var verifier = LogVerifier(Self.directory, on: disk)
    verifier.recoveryPoint = 5
    return try verifier.faults()
  }

  @Test("G09: a repair takes from the commit journal what a damaged file lost", arguments: 1..<5)
  func restores(batch: Int) throws {
    for damage in Damage.allCases {
      let tests = try Self()
      let model = try tests.journaled().models[Self.index]
      try tests.damage(try tests.positions()[batch], damage)
      let plan = try tests.repairer(model.topicID).apply()
      #expect(Self.lost(plan) == [], "\(damage)")
      #expect(try tests.faults(model.topicID).isEmpty, "\(damage)")
      #expect(try tests.values(model.topicID) == model.values, "\(damage)")
      #expect(try tests.repairer(model.topicID).plan().isEmpty)
    }
  }

  @Test("what the journal does not have is lost, and nothing else", arguments: Damage.allCases)
  func losesTheRest(damage: Damage) throws {
    let model = try journaled().models[Self.index]
    try self.damage(try positions()[0], damage)
    // The checkpoint is from before the first batch: that it was synced only the journal says.
    let plan = try repairer(model.topicID, recoveryPoint: 0).apply()
    #expect(Self.lost(plan) == [0..<1])
    #expect(try values(model.topicID) == Array(model.values.dropFirst()))
  }

  @Test("G08: a log that ends before its commits do is not opened", arguments: Damage.allCases)
  func isRefused(damage: Damage) throws {
    let model = try journaled().models[Self.index]
    try self.damage(try positions()[0], damage)
    let before = try disk.readFile(Self.log)
    var loader = loader(model.topicID)
    loader.commits = try RecoveredCommits(in: JournaledLogs.root, on: disk)
    let error = #expect(throws: LogError.self) { try loader.load() }
    #expect(error?.code == .corrupt && error?.offset == 0)
    #expect(try disk.readFile(Self.log).map(Array.init) == before.map(Array.init))
    _ = try repairer(model.topicID, recoveryPoint: 0).apply()
    #expect(try loader.load().log.endOffset == 5)
  }

  @Test func `damage that begins before the recovery point costs what is before it`() throws {
    let model = try journaled().models[Self.index]
    let positions = try positions()
    try damage(positions[1].lowerBound..<positions[3].upperBound, .zeros)
    let plan = try repairer(model.topicID, recoveryPoint: 2).apply()
    #expect(Self.lost(plan) == [1..<2])
    #expect(try values(model.topicID) == [0, 2, 3, 4].map { model.values[$0] })
  }

  @Test func `the epochs of what comes back are told`() throws {
    let models = try journaled().models
    var epochs = LeaderEpochs()
    epochs.assign(5, startOffset: 0)
    try LeaderEpochCheckpoint.write(epochs, in: Self.directory, on: disk)
    let logs = try open(models)
    for round in 5..<8 { try append(round, to: logs) }
    let model = logs.models[Self.index]
    try damage(try positions()[0], .cut)
    let path = "\(Self.directory)/\(LeaderEpochCheckpoint.fileName)"
    try disk.open(path, .readWrite).write(ByteSlice("x".utf8).bytes, at: 0)
    _ = try repairer(model.topicID).apply()
    let told = try LeaderEpochCheckpoint.read(in: Self.directory, on: disk)
    #expect(told.epoch(at: 6) == 5)
    #expect(try faults(model.topicID).isEmpty)
  }

  @Test func `the journal of a topic of the same name that was deleted gives nothing back`() throws
  {
    _ = try journaled()
    try damage(try positions()[2], .zeros)
    #expect(try Self.lost(repairer(TopicID(rawValue: 99)).plan()) == [2..<3])
  }

  @Test func `without metadata the directory says which topic it is`() throws {
    let model = try journaled().models[Self.index]
    try PartitionMetadata(topicID: model.topicID).write(in: Self.directory, on: disk)
    try damage(try positions()[2], .zeros)
    var repairer = try repairer(model.topicID)
    repairer.topicID = nil
    #expect(try Self.lost(repairer.plan()) == [])
  }

  @Test func `what compaction took out of a log stays out`() throws {
    let model = try journaled().models[Self.index]
    try damage(try positions()[2], .zeros)
    var repairer = try repairer(model.topicID)
    repairer.cleanedUpTo = 4
    #expect(try Self.lost(repairer.plan()) == [2..<3])
    repairer.cleanedUpTo = 0
    #expect(try Self.lost(repairer.plan()) == [])
  }
}
