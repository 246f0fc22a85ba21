import VarveBase
import VarveLog
import VarveTestKit

/// Some lives of a few logs that share a small journal, each life ended by a crash at some
/// operation of the disk, perhaps in the middle of a recovery.
struct JournalStory {
  private var random: SeededGenerator
  private var disk: SimulatedFileSystem
  private var models: [JournaledLogs.Model]
  private let limits: SharedSync.Limits
  private let segmentBytes: Int

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    disk = SimulatedFileSystem(seed: seed)
    models = (1...6).map { JournaledLogs.Model(topicID: TopicID(rawValue: $0)) }
    var limits = SharedSync.Limits()
    limits.journalBytes = [1000, 3000, 9000][Int.random(in: 0..<3, using: &random)]
    limits.roundBytes = [500, 2000][Int.random(in: 0..<2, using: &random)]
    self.limits = limits
    segmentBytes = [600, 3000, 20_000][Int.random(in: 0..<3, using: &random)]
  }

  mutating func run() throws {
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      try live()
      try recover()
    }
  }

  private func open() throws -> JournaledLogs {
    try JournaledLogs(on: disk, models: models, limits: limits, segmentBytes: segmentBytes)
  }

  private mutating func live() throws {
    let actions = Int.random(in: 1...100, using: &random)
    disk.crash(at: disk.operationCount + Int.random(in: 1...3 * actions, using: &random))
    do {
      let logs = try open()
      defer { models = logs.models }
      for _ in 0..<actions { try act(logs) }
      disk.crash()
    } catch {
      guard disk.hasCrashed else { throw error }
    }
  }

  private mutating func act(_ logs: JournaledLogs) throws {
    let index = Int.random(in: 0..<models.count, using: &random)
    switch Int.random(in: 0..<11, using: &random) {
    case 0..<6:
      let size = Int.random(in: 0...60, using: &random)
      try logs.append(
        (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }, to: index)
    case 6..<9:
      let some = models.indices.filter { _ in Bool.random(using: &random) }
      if let failure = logs.makeDurable(some).first { throw failure }
    case 9:
      logs.work.run()
    default:
      try logs.logs[index].flush()
      logs.models[index].durable = logs.models[index].values.count
    }
  }

  private mutating func recover() throws {
    crash()
    if Int.random(in: 0..<3, using: &random) == 0 {
      disk.crash(at: Int.random(in: 1...40, using: &random))
      do { _ = try open() } catch {
        guard disk.hasCrashed else { throw error }
      }
      crash()
    }
    let logs = try open()
    for index in models.indices { try logs.check(index) }
    models = logs.models
    // What was recovered is durable, and so is found again.
    if Bool.random(using: &random) {
      disk = disk.afterPowerLoss()
      let again = try open()
      for index in models.indices { try again.check(index) }
    }
  }

  private mutating func crash() {
    disk = Bool.random(using: &random) ? disk.afterProcessCrash() : disk.afterPowerLoss()
  }
}
