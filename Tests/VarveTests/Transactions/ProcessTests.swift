import Testing
import Varve
import VarveBase
import VarveTestKit

/// Reading, processing and writing as one.
@Suite(.timeLimit(.hang), .bothDoors) struct ProcessTests {
  private static func options() -> GroupConsumer.Options {
    var options = GroupConsumer.Options()
    options.reading.batchBytes = 1
    return options
  }

  /// Writes each record of `in` to the same partition of `out`, until it is cancelled.
  private static func copy(
    _ log: TransactionsUnderTest, as id: String = "copier",
    onBatch: @escaping @Sendable (ConsumedBatch) async throws -> Void = { _ in }
  ) -> Task<Void, any Error> {
    Task {
      try await log.varve.transactions(id).process(
        group: "copiers", topics: ["in"], options: options()
      ) { batch, output in
        for record in batch {
          try await output.send("out", partition: batch.partition, value: record.value)
        }
        try await onBatch(batch)
      }
    }
  }

  private static let wanted = [
    (0..<20).filter { $0 % 2 == 0 }.map { "\($0)" },
    (0..<20).filter { $0 % 2 == 1 }.map { "\($0)" },
  ]

  @Test func `S14: every record is written once, and the group's progress with it`() async throws {
    let log = try await TransactionsUnderTest()
    try await log.fill(0..<20)
    let copier = Self.copy(log)
    try await log.reach(20)
    copier.cancel()
    await #expect(throws: VarveError.self) { try await copier.value }
    #expect(try await log.values() == Self.wanted)
    let committed = try await log.varve.committedOffsets(of: "copiers")
    #expect(committed.values.map(\.offset) == [10, 10])
    #expect(try await log.varve.describeGroup("copiers").members.isEmpty)
    try await log.varve.close()
  }

  @Test func `S14: a body that throws aborts, and the group goes on at its batch`() async throws {
    let log = try await TransactionsUnderTest()
    try await log.fill(0..<20)
    let refused = Self.copy(log) { batch in
      if batch.numbers == [7] { throw Refusal() }
    }
    await #expect(throws: Refusal()) { try await refused.value }
    #expect(try await log.values()[1] == ["1", "3", "5"])
    let copier = Self.copy(log)
    try await log.reach(20)
    copier.cancel()
    _ = await copier.result
    #expect(try await log.values() == Self.wanted)
    try await log.varve.close()
  }

  @Test func `a batch is processed again after an error that may pass`() async throws {
    let log = try await TransactionsUnderTest()
    try await log.fill(0..<20)
    let attempts = Notes<Int>()
    let copier = Self.copy(log) { batch in
      guard batch.numbers == [7] else { return }
      attempts.add(7)
      if attempts.all.count == 3 { return }
      throw VarveError(.unavailable, "a service that is down for the moment")
    }
    try await log.reach(20)
    copier.cancel()
    _ = await copier.result
    #expect(try await log.values() == Self.wanted)
    #expect(try await log.values("out", .readUncommitted)[1].filter { $0 == "7" }.count == 3)
    try await log.varve.close()
  }

  @Test func `S14: a successor shuts out one that still works`() async throws {
    let log = try await TransactionsUnderTest()
    try await log.fill(0..<20)
    let (held, release) = AsyncStream<Void>.makeStream()
    let begun = Notes<Int>()
    let zombie = Self.copy(log) { batch in
      begun.add(0)
      for await _ in held {}
    }
    await begun.reach(1)
    try await log.varve.transactions("copier").run { try await $0.send("out", value: "heir") }
    release.finish()
    let outcome = await zombie.result
    let error = #expect(throws: VarveError.self) { try outcome.get() }
    #expect(error?.code == .fenced)
    #expect(try await log.values().flatMap { $0 } == ["heir"])
    #expect(try await log.varve.committedOffsets(of: "copiers").isEmpty)
    try await log.varve.close()
  }

  @Test func `G37: two processors of a group share it, and no record is written twice`()
    async throws
  {
    let log = try await TransactionsUnderTest()
    let copiers = (0..<2).map { Self.copy(log, as: "copier-\($0)") }
    for round in 0..<10 { try await log.fill(round * 2..<round * 2 + 2) }
    try await log.reach(20)
    for copier in copiers { copier.cancel() }
    for copier in copiers { _ = await copier.result }
    #expect(try await log.values() == Self.wanted)
    try await log.varve.close()
  }
}
