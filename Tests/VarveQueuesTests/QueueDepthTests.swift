import Testing
import Varve
import VarveQueues
import VarveTestKit

/// Goal: a queue says since when its oldest job waits, and when it will be empty. Method: a clock
/// by hand; what upkeep looks at meanwhile begins with the same totals.
@Suite struct QueueDepthTests {
  @Test func `S04: the age is the oldest job's, and an empty queue has none`() async throws {
    let time = ManualTime()
    let varve = try Varve.inMemory(time: time)
    let queue = try await varve.workQueue("jobs", jobs: .text)
    let consumer = try await varve.shareConsumer(group: "jobs", topics: ["jobs"])
    try await queue.enqueue("a")
    time.advance(byMilliseconds: 1_500)
    try await queue.enqueue("b")
    time.advance(byMilliseconds: 500)
    let first = try #require(try await consumer.poll(recordsMax: 1).first)
    let before = try await queue.depth()
    #expect(before.oldestAge == .seconds(2))
    try await consumer.acknowledge(first)
    let between = try await queue.depth()
    #expect(between.oldestAge == .milliseconds(500))
    time.advance(byMilliseconds: 2_000)
    let waiting = try await queue.depth()
    #expect(waiting.flow?.in == 0 && waiting.total == 1)
    try await consumer.acknowledge(try await consumer.poll())
    let after = try await queue.depth()
    #expect(after.total == 0 && after.oldestAge == nil && after.secondsToDrain == 0)
    try await varve.close()
  }
}
