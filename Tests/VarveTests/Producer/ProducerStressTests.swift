import Testing
import Varve
import VarveTestKit

/// Little memory, many tasks, some of them cancelled, and a close in the middle of it: every send
/// ends, and what it was told is true.
@Suite(.timeLimit(.hang), .bothDoors) struct ProducerStressTests {
  private struct Outcome: Sendable {
    var acknowledged: [String: RecordReceipt] = [:]
    var refused: Set<String> = []
  }

  /// Sends records until one is refused.
  private static func send(
    _ count: Int, from task: Int, with producer: Producer, seed: UInt64
  ) async -> Outcome {
    var generator = SeededGenerator(seed: seed << 16 | UInt64(task))
    var outcome = Outcome()
    for number in 0..<count {
      let length = Int.random(in: 0...3000, using: &generator)
      let value = "\(task) \(number) " + String(repeating: "x", count: length)
      let partition = Int32.random(in: 0..<4, using: &generator)
      do throws(VarveError) {
        outcome.acknowledged[value] = try await producer.send(
          "orders", partition: partition, value: value)
      } catch {
        outcome.refused.insert(value)
        return outcome
      }
    }
    return outcome
  }

  @Test(arguments: [Duration.zero, .milliseconds(1), .seconds(3600)], 1...2)
  func `what a send was told is true`(linger: Duration, seed: UInt64) async throws {
    let log = try VarveUnderTest()
    try await log.varve.createTopic("orders", partitions: 4)
    var options = Producer.Options()
    options.linger = linger
    options.batchBytes = 4096
    options.bufferBytes = 3 * 4096
    let producer = try log.varve.producer(options: options)
    let tasks = (0..<60).map { task in
      Task {
        await Self.send(TestShare.count(20, long: 500), from: task, with: producer, seed: seed)
      }
    }
    for task in tasks.enumerated() where task.offset % 7 == 3 {
      await Task.yield()
      task.element.cancel()
    }
    if linger > .seconds(1) {
      // Nobody fills the last batches: the close writes them, in the middle of it all.
      for _ in 0..<50 { await Task.yield() }
      try await producer.close()
    }
    var acknowledged: [String: RecordReceipt] = [:]
    var refused: Set<String> = []
    for task in tasks {
      let outcome = await task.value
      acknowledged.merge(outcome.acknowledged) { first, _ in first }
      refused.formUnion(outcome.refused)
    }
    var found: [String: RecordReceipt] = [:]
    for partition in Int32(0)..<4 {
      for record in try await log.varve.records("orders", partition) {
        let receipt = acknowledged[try #require(record.text)]
        #expect(receipt?.offset == record.offset && receipt?.partition.partition == partition)
        found[try #require(record.text)] = receipt
      }
    }
    #expect(found == acknowledged, "seed \(seed)")
    #expect(refused.isDisjoint(with: found.keys), "seed \(seed)")
    try await log.varve.close()
  }
}
