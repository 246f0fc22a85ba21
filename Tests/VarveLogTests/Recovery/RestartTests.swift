import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// Goal: a log of which a crash left less than had been deleted begins anew where the deletion
/// ended, and says so, whichever start gets that far. Method: the start is cut short at each of its
/// operations, by a power loss, and made again.
@Suite struct RestartTests {
  private static let path = "/data/topic-0"

  /// A disk on which ten records are, all of them deleted and 23 more that a crash took.
  private func left() throws -> SimulatedFileSystem {
    let disk = SimulatedFileSystem(seed: 1)
    let subject = try LogUnderTest(Self.path, on: disk, configuration: PartitionLogTests.small())
    for _ in 0..<10 { try subject.append([(1000, nil, [7])]) }
    try subject.log.flush()
    return disk.afterProcessCrash()
  }

  private func load(
    _ disk: SimulatedFileSystem
  ) throws -> (log: PartitionLog, report: LogLoader.Report) {
    var loader = try LogUnderTest.loader(
      Self.path, disk, SystemTime(), PartitionLogTests.small())
    loader.logStartOffset = 33
    return try loader.load()
  }

  @Test("G10: a log that begins anew says so, also after a start that a crash cut short")
  func saysSo() throws {
    let disk = try left()
    for operation in 1... {
      let interrupted = disk.afterProcessCrash()
      interrupted.crash(at: operation)
      do { _ = try load(interrupted) } catch {
        guard interrupted.hasCrashed else { throw error }
      }
      guard interrupted.hasCrashed else {
        #expect(operation > 5)
        return
      }
      let (log, report) = try load(interrupted.afterPowerLoss())
      #expect(report.restartOffset == 33, "after operation \(operation)")
      #expect(log.startOffset == 33)
      #expect(log.endOffset == 33)
    }
  }
}
