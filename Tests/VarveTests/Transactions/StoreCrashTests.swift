import Testing
import Varve
import VarveBase
import VarveTestKit

/// A store of state whose changes are a topic: they count together with the progress of the group
/// whose records they came of.
@Suite(.timeLimit(.hang)) struct StoreCrashTests {
  /// Sums up the records of each partition of `in` under its number; `out` has the changes.
  private struct Sums {
    private(set) var values: [Int32: Int] = [:]

    /// The store as the changes that are committed say.
    init(_ log: TransactionsUnderTest) async throws {
      for (partition, changes) in try await log.values().enumerated() {
        values[Int32(partition)] = changes.last.flatMap { Int($0) }
      }
    }

    /// Goes through all that is before two records of that text, each batch a transaction.
    mutating func run(
      _ log: TransactionsUnderTest, _ transactions: Transactions, to end: String
    ) async throws {
      var options = GroupConsumer.Options()
      options.commit = .manual
      options.reading.batchBytes = 1
      let consumer = try await log.varve.consumer(
        group: "sums", topics: ["in"], options: options)
      var ends = 0
      while ends < 2, let batch = try await consumer.next() {
        if batch.contains(where: { $0.text == end }) { ends += 1 }
        let sum = values[batch.partition, default: 0] + batch.numbers.reduce(0, +)
        try await transactions.run { transaction in
          try await transaction.send("out", partition: batch.partition, value: "\(sum)")
          try await transaction.commitOffset(after: batch, of: consumer)
        }
        values[batch.partition] = sum
      }
      await consumer.close()
    }
  }

  private static func open(_ disk: SimulatedFileSystem) async throws -> TransactionsUnderTest {
    try await TransactionsUnderTest(on: disk, durability: "group")
  }

  private static func run(_ disk: SimulatedFileSystem, to end: String) async throws {
    let log = try await open(disk)
    let producer = try log.varve.producer()
    for partition in Int32(0)..<2 {
      try await producer.send("in", partition: partition, value: end)
    }
    let transactions = try log.varve.transactions("sums")
    // Ends what an earlier run has left open or not written everywhere, which changes the store.
    try await transactions.run { _ in }
    var sums = try await Sums(log)
    try await sums.run(log, transactions, to: end)
    try await log.varve.close()
  }

  @Test func `G39: a store, its changes and the group's progress agree after any crash`()
    async throws
  {
    let rehearsal = try await Delivery.input(losesPower: true, seed: 1)
    try await Self.run(rehearsal, to: "first")
    for seed in TestShare.seeds(30, long: 1_000) {
      var random = SeededGenerator(seed: seed)
      let disk = try await Delivery.input(losesPower: true, seed: seed)
      disk.crash(at: Int.random(in: 1...rehearsal.operationCount, using: &random))
      let program = Task { try await Self.run(disk, to: "first") }
      disk.whenCrashed { program.cancel() }
      if disk.hasCrashed { program.cancel() }
      _ = await program.result
      let left = disk.afterPowerLoss()
      try await Self.run(left, to: "second")
      let log = try await Self.open(left)
      let sums = try await Sums(log).values
      // 0 + 2 + … + 10 and 1 + 3 + … + 11.
      #expect(sums == [0: 30, 1: 36], "\(TestShare.again(seed))")
      try await log.varve.close()
    }
  }
}
