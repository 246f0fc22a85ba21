import Testing
import VarveBase
import VarveBroker
import VarveCoordination
import VarveTestKit

/// Goal: after a crash at any operation of the disk, what readers of committed records see is all
/// of a transaction or nothing of it; what was told committed is there, what was aborted or never
/// asked to be committed is not; and nothing stays undecided. Method: the same program with the
/// crash at each operation in turn. The oracle is what the program was told.
struct TransactionCrashTests {
  private typealias Version = TransactionalProgram.Version

  private struct Told {
    var committed: Set<Int> = []
    var asked: Set<Int> = []
  }

  /// A disk with the topics: what a crash during their creation leaves is not shown here.
  private func prepared(_ version: Version) async throws -> SimulatedFileSystem {
    let disk = SimulatedFileSystem(seed: 1)
    var program = try TransactionalProgram(on: disk, version: version, durability: "group")
    try await program.start()
    try program.broker.close()
    return disk.afterProcessCrash()
  }

  /// Writes until the disk fails.
  private func work(_ disk: SimulatedFileSystem, _ version: Version) async -> Told {
    var told = Told()
    do {
      var program = try TransactionalProgram(on: disk, version: version, durability: "group")
      for number in 1...4 {
        // A new instance in the middle, with the old one's transaction open.
        if number % 2 == 1 { try await program.start() }
        let isCommit = number != 2
        if isCommit { told.asked.insert(number) }
        try await program.write(number, commit: isCommit)
        if isCommit { told.committed.insert(number) }
      }
      if version == .one { _ = await program.add() }
      try await program.send(5, to: 0)
      try await program.start()
      try program.broker.close()
    } catch {
      return told
    }
    return told
  }

  @Test(arguments: [Version.one, .two])
  private func `G37, G38: all or nothing at every crash point`(version: Version) async throws {
    let prepared = try await prepared(version)
    let rehearsal = prepared.afterProcessCrash()
    let all = await work(rehearsal, version)
    try #require(all.committed == [1, 3, 4])
    let step = TestShare.isLong ? 1 : 9
    for operation in stride(from: 1, through: rehearsal.operationCount, by: step) {
      let disk = prepared.afterProcessCrash()
      disk.crash(at: operation)
      let told = await work(disk, version)
      for (kind, after) in [
        ("power", disk.afterPowerLoss(seed: UInt64(operation))),
        ("process", disk.afterProcessCrash()),
      ] {
        try await check(after, told, version, "\(kind) crash at operation \(operation)")
      }
    }
  }

  private func check(
    _ disk: SimulatedFileSystem, _ told: Told, _ version: Version, _ what: String
  ) async throws {
    var program = try TransactionalProgram(on: disk, version: version, durability: "group")
    await program.broker.settleTransactions()
    try await program.start()
    #expect(!program.isUndecided, "\(what): undecided")
    let (first, second) = (try program.committed(0), try program.committed(1))
    #expect(first == second, "\(what): torn")
    #expect(first == first.sorted() && Set(first).count == first.count, "\(what): order")
    #expect(told.committed.isSubset(of: first), "\(what): lost")
    #expect(Set(first).isSubset(of: told.asked), "\(what): aborted and seen")
    try await program.write(9, commit: true)
    #expect(try program.committed(1) == second + [9], "\(what): goes on")
    try program.broker.close()
  }
}
