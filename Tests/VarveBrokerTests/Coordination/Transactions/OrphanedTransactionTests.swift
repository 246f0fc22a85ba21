import Testing
import VarveBase
import VarveBroker
import VarveCoordination
import VarveLog
import VarveProtocol
import VarveTestKit

/// Transactions of which a loss of power took what the coordinator, or a partition, had written.
struct OrphanedTransactionTests {
  /// A batch of a producer whom no coordinator knows.
  @Test func `what no coordinator knows of is aborted when the directory is opened`() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    let first = try TransactionalProgram(on: disk)
    try await first.partitions[0].append(TransactionalProgram.batch(1, of: (77, 3), sequence: 0))
    #expect(first.isUndecided)
    let second = try TransactionalProgram(on: disk.afterProcessCrash())
    #expect(!second.isUndecided)
    #expect(try second.committed(0) == [])
    try second.broker.close()
  }

  @Test func `what the coordinator knows to be open stays open`() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    var first = try TransactionalProgram(on: disk)
    try await first.start()
    try await first.send(1, to: 0)
    var second = try TransactionalProgram(on: disk.afterProcessCrash())
    #expect(second.isUndecided)
    #expect(try await second.describe()?.transactionState == "Ongoing")
    second.producer = first.producer
    try await second.end(commit: true)
    #expect(try second.committed(0) == [1])
    try second.broker.close()
  }

  @Test func `a partition that the open transaction lost is aborted with all of it`() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    var first = try TransactionalProgram(on: disk)
    try await first.start()
    try await first.send(1, to: 0)
    try await first.partitions[1].append(
      TransactionalProgram.batch(1, of: first.producer, sequence: 0))
    var second = try TransactionalProgram(on: disk.afterProcessCrash())
    await second.broker.settleTransactions()
    #expect(!second.isUndecided)
    second.producer = first.producer
    await #expect(throws: CoordinatorError.self) { try await second.end(commit: true) }
    #expect(try second.committed(0) == [])
    #expect(try second.committed(1) == [])
    try second.broker.close()
  }

  @Test(arguments: [true, false])
  func `a partition that lost its marker gets another one`(commits: Bool) async throws {
    let disk = SimulatedFileSystem(seed: 1)
    var first = try TransactionalProgram(on: disk, version: .one)
    try await first.start()
    try await first.write(1, commit: commits)
    // A partition without its marker looks as if another batch had come after it.
    try await first.partitions[1].append(
      TransactionalProgram.batch(2, of: first.producer, sequence: 1))
    try #require(first.isUndecided)
    let second = try TransactionalProgram(on: disk.afterProcessCrash())
    #expect(!second.isUndecided)
    #expect(try second.committed(1) == (commits ? [1, 2] : []))
    try second.broker.close()
  }

  @Test func `after a loss of power nothing is undecided but what the coordinator has open`()
    async throws
  {
    for seed in TestShare.seeds(60, long: 2_000) {
      var random = SeededGenerator(seed: seed)
      let disk = SimulatedFileSystem(seed: seed)
      var first = try TransactionalProgram(on: disk)
      try await first.start()
      for number in 0..<Int.random(in: 0..<4, using: &random) {
        try await first.write(number, commit: Bool.random(using: &random))
      }
      try await first.send(9, to: Int.random(in: 0..<2, using: &random))
      for partition in first.partitions where Bool.random(using: &random) {
        try partition.log.flush()
      }
      let left = disk.afterPowerLoss()
      guard var second = try? TransactionalProgram(on: left) else {
        Issue.record("\(TestShare.again(seed)): it does not open")
        continue
      }
      await second.broker.settleTransactions()
      if second.isUndecided {
        let state = try await second.describe()?.transactionState
        #expect(state == "Ongoing", "\(TestShare.again(seed))")
      }
      try await second.start()
      await second.broker.settleTransactions()
      #expect(!second.isUndecided, "\(TestShare.again(seed))")
      try second.broker.close()
    }
  }
}
