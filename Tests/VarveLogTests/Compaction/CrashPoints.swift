import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// Where a crash came, and what it took.
struct CrashPoint: CustomStringConvertible {
  enum Kind: CaseIterable {
    /// The program is killed: all that was written stays.
    case process
    /// The power goes, on a file system that keeps the order of changes in a directory.
    case power
    /// The power goes, on one that promises no more than POSIX.
    case powerWithoutOrder
  }

  let operation: Int
  let kind: Kind

  var description: String { "\(kind) crash at operation \(operation)" }
}

enum CrashPoints {
  /// Does `work` on copies of a disk and crashes them at each operation that changes something;
  /// `check` gets what is left.
  static func each(
    of prepared: SimulatedFileSystem, work: (SimulatedFileSystem) throws -> Void,
    check: (SimulatedFileSystem, CrashPoint) throws -> Void
  ) throws {
    let rehearsal = prepared.afterProcessCrash()
    try work(rehearsal)
    let count = rehearsal.operationCount
    #expect(count > 0)
    for operation in 1...count {
      let disk = prepared.afterProcessCrash()
      disk.crash(at: operation)
      #expect(throws: (any Error).self, "operation \(operation) was not reached") {
        try work(disk)
      }
      for kind in CrashPoint.Kind.allCases {
        let left = left(by: kind, on: disk, seed: UInt64(operation))
        let point = CrashPoint(operation: operation, kind: kind)
        do { try check(left, point) } catch { Issue.record("\(point): \(error)") }
      }
    }
  }

  private static func left(
    by kind: CrashPoint.Kind, on disk: SimulatedFileSystem, seed: UInt64
  ) -> SimulatedFileSystem {
    switch kind {
    case .process: disk.afterProcessCrash()
    case .power: disk.afterPowerLoss(seed: seed)
    case .powerWithoutOrder: disk.afterPowerLoss(seed: seed, directories: .any)
    }
  }
}
