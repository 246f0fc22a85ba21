import VarveBase
import VarveLog
import VarveTestKit

/// What a seed tells: a few lives of a program on one disk, each ended by a crash at some operation
/// of the file system, by a killed program or a power loss, perhaps in the middle of a recovery.
struct CrashStory {
  private var workload: CrashWorkload
  private var random: SeededGenerator
  private var disk: SimulatedFileSystem
  /// What the log is given instead of the disk: one that lies, to see the check fail.
  private let wrap: (SimulatedFileSystem) -> any FileSystem

  init(
    seed: UInt64, wrap: @escaping (SimulatedFileSystem) -> any FileSystem = { $0 }
  ) {
    workload = CrashWorkload(seed: seed)
    random = SeededGenerator(seed: seed &+ 0x5EED)
    disk = SimulatedFileSystem(seed: seed)
    self.wrap = wrap
  }

  /// Runs the story; throws a `Violation` or the error of a log that should have opened.
  mutating func run() throws {
    for _ in 0..<Int.random(in: 1...3, using: &random) { try live() }
    // At last the log is closed in order, and opened once more.
    let keeper = try open()
    try CrashCheck(log: keeper.log, report: keeper.report).compare(with: workload.model, &random)
    try keeper.close()
    workload.model.durableStart = workload.model.start
    disk = disk.afterPowerLoss()
    let reopened = try open()
    try require(reopened.report == LogLoader.Report(), "a clean log was mended: \(reopened.report)")
    try CrashCheck(log: reopened.log, report: reopened.report)
      .compare(with: workload.model, &random)
  }

  private mutating func open() throws -> LogKeeper {
    try LogKeeper(
      on: wrap(disk), configuration: workload.configuration, time: workload.time)
  }

  /// Works until the crash, recovers, and checks.
  private mutating func live() throws {
    let actions = Int.random(in: 1...80, using: &random)
    disk.crash(at: disk.operationCount + Int.random(in: 1...4 * actions, using: &random))
    var wasClosed = false
    do {
      let keeper = try open()
      workload.model.durable = workload.model.end
      try workload.run(keeper, actions: actions)
      if Int.random(in: 0..<4, using: &random) == 0 {
        try keeper.close()
        wasClosed = true
      }
    } catch let violation as Violation {
      throw violation
    } catch {
      guard disk.hasCrashed else { throw error }
    }
    if wasClosed {
      workload.model.durable = workload.model.end
      workload.model.durableStart = workload.model.start
    }
    try recover()
  }

  private mutating func recover() throws {
    var keepsAll = true
    crash(&keepsAll)
    if Int.random(in: 0..<3, using: &random) == 0 {
      // The recovery is interrupted, by a crash of the same kind or another.
      disk.crash(at: Int.random(in: 1...12, using: &random))
      do { _ = try open() } catch {
        guard disk.hasCrashed else { throw error }
      }
      crash(&keepsAll)
    }
    let keeper = try open()
    let check = CrashCheck(log: keeper.log, report: keeper.report)
    try check.reconcile(&workload.model, keepsAll: keepsAll)
    try check.compare(with: workload.model, &random)
    if Int.random(in: 0..<4, using: &random) == 0 { try recoverAgain() }
  }

  private mutating func crash(_ keepsAll: inout Bool) {
    if Bool.random(using: &random) {
      disk = disk.afterProcessCrash()
    } else {
      disk = disk.afterPowerLoss()
      keepsAll = false
    }
  }

  /// A second recovery finds what the first one left.
  private mutating func recoverAgain() throws {
    disk = disk.afterPowerLoss()
    let keeper = try open()
    try require(keeper.report.cutReason == nil, "cut again: \(keeper.report)")
    let check = CrashCheck(log: keeper.log, report: keeper.report)
    try check.reconcile(&workload.model, keepsAll: true)
    try check.compare(with: workload.model, &random)
  }
}
