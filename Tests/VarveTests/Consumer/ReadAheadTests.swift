import Testing
import Varve
import VarveTestKit

/// What a consumer is told while it reads ahead, at the end of a partition: the test holds that
/// read until the change is made, so each is met in the middle.
@Suite(.timeLimit(.hang)) struct ReadAheadTests {
  @Test func `a seek is not slept through`() async throws {
    let subject = try await ConsumerTests.filled(20)
    let held = HeldReads(try await subject.varve.client("numbers", 0), from: 20)
    let consumer = Consumer([(held, 0)], options: Consumer.Options())
    #expect(ConsumerTests.values(try #require(try await consumer.next())) == Array(0..<20))
    await held.arrival()
    try await consumer.seek("numbers", partition: 0, to: .offset(5))
    held.release()
    #expect(ConsumerTests.values(try #require(try await consumer.next())) == Array(5..<20))
    try await subject.varve.close()
  }

  @Test func `a partition that is resumed is not slept through`() async throws {
    let subject = try await ConsumerTests.filled(40, partitions: 2)
    let held = HeldReads(try await subject.varve.client("numbers", 1), from: 20)
    let paused = try await subject.varve.client("numbers", 0)
    let consumer = Consumer([(paused, 0), (held, 0)], options: Consumer.Options())
    try consumer.pause("numbers", partition: 0)
    #expect(try #require(try await consumer.next()).partition == 1)
    await held.arrival()
    try consumer.resume("numbers", partition: 0)
    held.release()
    #expect(try #require(try await consumer.next()).partition == 0)
    try await subject.varve.close()
  }

  @Test func `a close ends the loop`() async throws {
    let subject = try await ConsumerTests.filled(20)
    let held = HeldReads(try await subject.varve.client("numbers", 0), from: 20)
    let consumer = Consumer([(held, 0)], options: Consumer.Options())
    _ = try await consumer.next()
    await held.arrival()
    consumer.close()
    held.release()
    #expect(try await consumer.next() == nil)
    try await subject.varve.close()
  }
}
