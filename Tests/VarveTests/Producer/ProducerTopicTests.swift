public import Foundation
import Testing
public import Varve
import VarveBase
import VarveLog
import VarveTestKit

extension JSONEncoder: PayloadEncoder {
  public func bytes(of value: some Encodable) throws -> ByteSlice { ByteSlice(try encode(value)) }
}

extension JSONDecoder: PayloadDecoder {
  public func value<Value: Decodable>(_ type: Value.Type, from bytes: ByteSlice) throws -> Value {
    try decode(type, from: Data(bytes))
  }
}

/// What topics ask of records, and what becomes of producers when topics change.
@Suite(.everyDoor) struct ProducerTopicTests {
  private struct Order: Codable, Equatable {
    var id: Int
    var item: String
  }

  @Test func `values are encoded and decoded by a coder of the program's`() async throws {
    let log = try VarveUnderTest()
    try await log.varve.createTopic("orders")
    let producer = try log.varve.producer()
    let order = Order(id: 7, item: "apple")
    try await producer.send("orders", key: "a", encoding: order, with: JSONEncoder())
    try await producer.enqueue("orders", encoding: order, with: JSONEncoder())
    try await producer.send("orders", value: nil)
    let records = try await log.varve.records("orders")
    let decoded = try records.map { record throws(VarveError) in
      try record.decode(Order.self, with: JSONDecoder())
    }
    #expect(decoded == [order, order, nil])
    let wrong = #expect(throws: VarveError.self) {
      try records[0].decode([Int].self, with: JSONDecoder())
    }
    #expect(wrong?.code == .coding && wrong?.cause is DecodingError)
    let infinite = await failure { () async throws(VarveError) in
      _ = try await producer.send("orders", encoding: Double.infinity, with: JSONEncoder())
    }
    #expect(infinite?.code == .coding && infinite?.cause is EncodingError)
    try await log.varve.close()
  }

  @Test func `a record too large is refused before anything is taken of it`() async throws {
    let log = try VarveUnderTest()
    try await log.varve.createTopic("small", config: [.maxMessageBytes(2000)])
    try await log.varve.createTopic("orders")
    let producer = try log.varve.producer()
    // 61 bytes for the batch's header, 9 for the record's own numbers: 2,000 fit just so.
    let largest = String(repeating: "x", count: 2000 - 61 - 9)
    try await producer.send("small", value: largest)
    let error = await failure { () async throws(VarveError) in
      _ = try await producer.send("small", value: largest + "x")
    }
    #expect(error?.code == .recordTooLarge)
    #expect(error?.partition?.description == "small-0")
    // Larger than a batch of the producer, not than the topic takes: it has one of its own.
    try await producer.enqueue("orders", value: "before")
    try await producer.send("orders", value: String(repeating: "x", count: 500_000))
    try await producer.send("orders", value: "after")
    let tooLarge = await failure { () async throws(VarveError) in
      try await producer.enqueue("orders", value: String(repeating: "x", count: 2_000_000))
    }
    #expect(tooLarge?.code == .recordTooLarge)
    try await producer.flush()
    #expect(try await log.varve.records("small").map(\.text) == [largest])
    #expect(
      try await log.varve.records("orders").map { $0.value?.count } == [6, 500_000, 5])
    try await log.varve.close()
  }

  @Test func `what the topic does not take is refused with the reason`() async throws {
    let time = ManualTime(now: 1_700_000_000_000)
    let varve = try Varve(directory: "/data", on: SimulatedFileSystem(seed: 1), time: time)
    try await varve.createTopic("compacted", config: [.cleanupPolicy(.compact)])
    try await varve.createTopic(
      "timely", config: [TopicConfig("message.timestamp.before.max.ms", "1000")])
    let producer = try varve.producer()
    let keyless = await failure { () async throws(VarveError) in
      _ = try await producer.send("compacted", value: "v")
    }
    #expect(keyless?.code == .invalidRecord)
    try await producer.send("compacted", key: "k", value: nil)
    let now = time.now
    for timestamp in [now.rawValue - 60_000, now.rawValue + 7_200_000, 0, .max] {
      let error = await failure { () async throws(VarveError) in
        _ = try await producer.send("timely", value: "v", timestamp: Timestamp(timestamp))
      }
      #expect(error?.code == .invalidTimestamp, "\(timestamp)")
    }
    try await producer.send("timely", value: "v", timestamp: now)
    #expect(try await varve.records("timely").count == 1)
    try await varve.close()
  }

  @Test func `a producer follows topics that grow, go and come again`() async throws {
    let log = try VarveUnderTest()
    let varve = log.varve
    let producer = try varve.producer()
    let unknown = await failure { () async throws(VarveError) in
      _ = try await producer.send("orders", value: "too early")
    }
    #expect(unknown?.code == .unknownTopicOrPartition)
    try await varve.createTopic("orders")
    try await producer.send("orders", value: "first")
    try await varve.growTopic("orders", to: 4)
    #expect(try await producer.send("orders", partition: 3, value: "grown").offset == 0)
    try await varve.deleteTopic("orders")
    let gone = await failure { () async throws(VarveError) in
      _ = try await producer.send("orders", value: "too late")
    }
    #expect(gone?.code == .unknownTopicOrPartition)
    try await varve.createTopic("orders")
    #expect(try await producer.send("orders", value: "again").offset == 0)
    #expect(try producer.tryEnqueue("orders", value: "and again"))
    try await producer.flush()
    #expect(try await varve.records("orders").map(\.text) == ["again", "and again"])
    try await varve.close()
  }

  @Test func `records that linger while their topic is deleted fail as of no topic`() async throws {
    let log = try VarveUnderTest()
    try await log.varve.createTopic("orders")
    var options = Producer.Options()
    options.linger = .seconds(3600)
    let producer = try log.varve.producer(options: options)
    try await producer.enqueue("orders", value: "lost")
    try await log.varve.deleteTopic("orders")
    let error = await failure { () async throws(VarveError) in try await producer.flush() }
    #expect(error?.code == .unknownTopicOrPartition)
    try await producer.flush()
    try await log.varve.close()
  }

  @Test("G17: an altered topic's rules hold for the next batch")
  func alteredRules() async throws {
    let log = try VarveUnderTest()
    try await log.varve.createTopic("orders")
    let producer = try log.varve.producer()
    let value = String(repeating: "x", count: 3000)
    try await producer.send("orders", value: value)
    try await log.varve.alterTopic("orders", set: [.maxMessageBytes(1000)])
    let error = await failure { () async throws(VarveError) in
      _ = try await producer.send("orders", value: value)
    }
    #expect(error?.code == .recordTooLarge)
    try await log.varve.alterTopic(
      "orders", set: [.compression(.gzip)], reset: ["max.message.bytes"])
    try await producer.send("orders", value: value)
    let codecs = try await log.varve.batchHeaders("orders").map { $0.attributes.codec?.name }
    #expect(codecs == ["none", "gzip"])
    try await log.varve.close()
  }
}
