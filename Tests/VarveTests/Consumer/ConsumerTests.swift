import Testing
import Varve
import VarveBase
import VarveLog
import VarveTestKit

@Suite(.everyDoor) struct ConsumerTests {
  /// A log with a topic of so many partitions, and values `0..<count` sent to them in turn.
  static func filled(_ count: Int, partitions: Int32 = 1) async throws -> VarveUnderTest {
    let subject = try VarveUnderTest()
    try await subject.varve.createTopic("numbers", partitions: partitions)
    try await send(0..<count, to: subject.varve, partitions: partitions)
    return subject
  }

  static func send(_ values: Range<Int>, to varve: Varve, partitions: Int32 = 1) async throws {
    let producer = try varve.producer()
    for value in values {
      try await producer.send(
        "numbers", partition: Int32(value) % partitions, value: String(value),
        timestamp: Timestamp(Int64(value)))
    }
    try await producer.close()
  }

  static func values(_ batch: ConsumedBatch) -> [Int] {
    batch.compactMap { $0.value.flatMap { Int($0.description) } }
  }

  @Test func `a consumer catches up with every partition and then follows their ends`() async throws
  {
    let subject = try await Self.filled(100, partitions: 3)
    let consumer = try await subject.varve.consumer(topics: ["numbers"])
    var seen: Set<Int> = []
    var last: [Int32: Offset] = [:]
    var sending: Task<Void, any Error>?
    for try await batch in consumer.batches {
      for record in batch {
        if let previous = last[batch.partition] { #expect(record.offset == previous + 1) }
        last[batch.partition] = record.offset
      }
      seen.formUnion(Self.values(batch))
      if seen.count == 100 && sending == nil {
        let varve = subject.varve
        sending = Task { try await Self.send(100..<130, to: varve, partitions: 3) }
      }
      if seen.count == 130 { break }
    }
    try await sending?.value
    #expect(seen == Set(0..<130))
    for partition in Int32(0)..<3 {
      #expect(try await consumer.lag(of: "numbers", partition: partition) == 0)
    }
    try await subject.varve.close()
  }

  @Test(
    "a consumer starts where it is told to",
    arguments: [
      (StartPosition.earliest, 0), (.offset(7), 7), (.timestamp(12), 12), (.latest, 20),
      (.timestamp(99), 20),
    ])
  func starts(position: StartPosition, first: Int) async throws {
    let subject = try await Self.filled(20)
    let consumer = try await subject.varve.consumer(topics: ["numbers"], from: position)
    #expect(try consumer.position(of: "numbers", partition: 0) == Offset(Int64(first)))
    try await Self.send(20..<21, to: subject.varve)
    let batch = try #require(try await consumer.next())
    #expect(Self.values(batch).first == first)
    try await subject.varve.close()
  }

  @Test func `seeking drops what was read ahead`() async throws {
    let subject = try await Self.filled(50)
    var options = Consumer.Options()
    options.batchBytes = 1
    let consumer = try await subject.varve.consumer(topics: ["numbers"], options: options)
    _ = try await consumer.next()
    _ = try await consumer.next()
    try await consumer.seek("numbers", partition: 0, to: .offset(40))
    let batch = try #require(try await consumer.next())
    #expect(Self.values(batch).first == 40)
    let error = await #expect(throws: VarveError.self) {
      try await consumer.seek("numbers", partition: 0, to: .offset(51))
    }
    #expect(error?.code == .offsetOutOfRange)
    #expect(try consumer.position(of: "numbers", partition: 0) == batch.nextOffset)
    try await subject.varve.close()
  }

  @Test func `a paused partition is not read until it is resumed`() async throws {
    let subject = try await Self.filled(40, partitions: 2)
    let consumer = try await subject.varve.consumer(topics: ["numbers"])
    try consumer.pause("numbers", partition: 0)
    var seen: [Int] = []
    while seen.count < 20 { seen += Self.values(try #require(try await consumer.next())) }
    #expect(seen == Array(stride(from: 1, to: 40, by: 2)))
    try consumer.resume("numbers", partition: 0)
    while seen.count < 40 { seen += Self.values(try #require(try await consumer.next())) }
    #expect(Set(seen) == Set(0..<40))
    try await subject.varve.close()
  }

  @Test("G36: closing ends a loop that waits, cancelling throws, closing the log throws")
  func ends() async throws {
    let subject = try await Self.filled(0)
    let closed = try await subject.varve.consumer(topics: ["numbers"])
    let first = Task { try await closed.next() == nil }
    closed.close()
    #expect(try await first.value)

    let cancelled = try await subject.varve.consumer(topics: ["numbers"])
    let second = Task { try await cancelled.next() == nil }
    second.cancel()
    let error = await #expect(throws: VarveError.self) { try await second.value }
    #expect(error?.code == .cancelled)

    let orphaned = try await subject.varve.consumer(topics: ["numbers"])
    let third = Task { try await orphaned.next() == nil }
    try await subject.varve.close()
    let lost = await #expect(throws: VarveError.self) { try await third.value }
    #expect(lost?.code == .closed)
  }

  @Test func `a position that retention has passed is an error, or a new start where asked for`()
    async throws
  {
    let subject = try await Self.filled(30)
    let strict = try await subject.varve.consumer(topics: ["numbers"])
    var options = Consumer.Options()
    options.outOfRange = .earliest
    let lenient = try await subject.varve.consumer(topics: ["numbers"], options: options)
    try await subject.varve.deleteRecords(of: "numbers", partition: 0, before: 10)
    let error = await #expect(throws: VarveError.self) { try await strict.next() }
    #expect(error?.code == .offsetOutOfRange)
    let batch = try #require(try await lenient.next())
    #expect(Self.values(batch).first == 10)
    try await subject.varve.close()
  }
}
