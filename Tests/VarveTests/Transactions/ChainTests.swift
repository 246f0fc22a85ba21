import Testing
import Varve
import VarveBase
import VarveTestKit

/// Programs that know nothing of each other but the topics between them.
@Suite(.timeLimit(.hang), .bothDoors) struct ChainTests {
  @Test func `S03: a producer does not notice that those after it are gone, and nothing is missed`()
    async throws
  {
    let log = try await TransactionsUnderTest()
    let seen = Notes<Int>()
    // `fill` throws what any send throws.
    try await log.fill(0..<20)
    var others = Self.start(log, seen)
    try await log.fill(20..<40)
    await seen.reach(30)
    for task in others { task.cancel() }
    for task in others { _ = await task.result }
    try await log.fill(40..<80)
    others = Self.start(log, seen)
    try await log.fill(80..<100)
    while Set(seen.all).count < 100 { await seen.reach(seen.all.count + 1) }
    for task in others { task.cancel() }
    for task in others { _ = await task.result }
    #expect(Set(seen.all) == Set(0..<100))
    #expect(try await log.values().flatMap { $0 }.count == 100)
    try await log.varve.close()
  }

  /// B, which copies `in` to `out`, and C, which notes what comes out.
  private static func start(
    _ log: TransactionsUnderTest, _ seen: Notes<Int>
  ) -> [Task<Void, any Error>] {
    var options = GroupConsumer.Options()
    options.reading.batchBytes = 1
    options.reading.isolation = .readCommitted
    let chosen = options
    return [
      Task {
        try await log.varve.transactions("b").process(
          group: "b", topics: ["in"], options: chosen
        ) { batch, output in
          for record in batch {
            try await output.send("out", partition: batch.partition, value: record.value)
          }
        }
      },
      Task {
        let consumer = try await log.varve.consumer(
          group: "c", topics: ["out"], options: chosen)
        for try await batch in consumer.batches {
          for number in batch.numbers { seen.add(number) }
        }
      },
    ]
  }
}
