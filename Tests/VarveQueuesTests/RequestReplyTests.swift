import Foundation
import Testing
import Varve
import VarveBase
import VarveQueues
import VarveTestKit

/// Requests over topics, each with its own reply.
@Suite(.timeLimit(.hang)) struct RequestReplyTests {
  private static func client(
    _ varve: Varve, replyTime: Duration = .seconds(600)
  ) async throws -> RequestClient<String, String> {
    try await varve.createTopic("prices", partitions: 2)
    var options = RequestOptions()
    options.replyTime = replyTime
    return try await varve.requests(
      to: "prices", repliesIn: "replies", requests: .text, replies: .text, options: options)
  }

  /// The next requests, as a client of another kind would read them.
  private static func next(_ count: Int, of consumer: Consumer) async throws -> [Record] {
    var records: [Record] = []
    while records.count < count, let batch = try await consumer.next() { records += batch }
    return records
  }

  /// Answers a request by nothing but its headers.
  private static func answer(
    _ request: Record, _ value: String, with producer: Producer
  ) async throws {
    let address = try #require(request.header("varve.reply.to")).description.split(separator: "/")
    let partition = try #require(Int32(address[1]))
    let id = try #require(request.header("varve.correlation.id"))
    try await producer.send(
      String(address[0]), partition: partition, value: value,
      headers: [Header("varve.correlation.id", id.description)])
  }

  @Test(arguments: Door.allCases)
  func `S22: 1,000 requests at once get each its own reply, in whatever order they come`(
    _ door: Door
  ) async throws {
    try await door.with { varve in
      let client = try await Self.client(varve)
      let replies = Task {
        try await withThrowingTaskGroup(of: (Int, String).self) { group in
          for number in 0..<1_000 {
            group.addTask { (number, try await client.reply(to: "\(number)")) }
          }
          return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
      }
      let consumer = try await varve.consumer(topics: ["prices"], from: .earliest)
      var random = SeededGenerator(seed: 22)
      let requests = try await Self.next(1_000, of: consumer).shuffled(using: &random)
      let producer = try varve.producer()
      for request in requests {
        try await Self.answer(request, "price of \(request.text ?? "")", with: producer)
      }
      let wanted = Dictionary(uniqueKeysWithValues: (0..<1_000).map { ($0, "price of \($0)") })
      #expect(try await replies.value == wanted)
      #expect(client.lateReplyCount == 0)
      consumer.close()
    }
  }

  @Test func `S22: a deadline throws, and the reply that comes late is dropped and counted`()
    async throws
  {
    try await Door.inProcess.with { varve in
      let client = try await Self.client(varve)
      let error = await failure { () throws(QueueError) in
        _ = try await client.reply(to: "slow", within: .milliseconds(20))
      }
      #expect(error?.code == .deadlineExceeded)
      let consumer = try await varve.consumer(topics: ["prices"], from: .earliest)
      let slow = try #require(try await Self.next(1, of: consumer).first)
      let producer = try varve.producer()
      try await Self.answer(slow, "too late", with: producer)
      let reply = Task { try await client.reply(to: "quick") }
      let quick = try #require(try await Self.next(1, of: consumer).first)
      try await Self.answer(quick, "in time", with: producer)
      #expect(try await reply.value == "in time")
      // The late one came before it, by the same partition.
      #expect(client.lateReplyCount == 1)
      consumer.close()
    }
  }

  @Test(arguments: Door.allCases)
  func `S22: typed requests are answered, and what a handler throws is told as it says it`(
    _ door: Door
  ) async throws {
    try await door.with { varve in
      try await varve.createTopic("quotes")
      var options = RequestOptions()
      options.replyTime = .seconds(600)
      let client: RequestClient<Quote, Int> = try await varve.requests(
        to: "quotes", repliesIn: "replies", requests: .codable(JSON(), JSON()),
        replies: .codable(JSON(), JSON()), options: options)
      let server = Task {
        try await varve.answer(
          "quotes", group: "quoting", requests: .codable(JSON(), JSON()),
          replies: .codable(JSON(), JSON())
        ) { (quote: Quote, _) -> Int in
          if quote.product == "gold" { throw RequestFailure("soldOut", "no gold") }
          if quote.product == "lead" { throw Heavy() }
          return quote.count * 3
        }
      }
      #expect(try await client.reply(to: Quote(product: "tin", count: 4)) == 12)
      let soldOut = await failure { () throws(QueueError) in
        _ = try await client.reply(to: Quote(product: "gold", count: 1))
      }
      #expect(soldOut?.code == .requestFailed)
      #expect(soldOut?.cause as? RequestFailure == RequestFailure("soldOut", "no gold"))
      let heavy = await failure { () throws(QueueError) in
        _ = try await client.reply(to: Quote(product: "lead", count: 1))
      }
      #expect((heavy?.cause as? RequestFailure)?.code == RequestFailure.handlerCode)
      server.cancel()
      _ = await server.result
    }
  }

  /// Eight requests, of which only the last can be answered.
  private static func sendOddRequests(with producer: Producer) async throws {
    let to = Header("varve.reply.to", "replies/0")
    let bad: [UInt8] = [0xff]
    try await producer.send("prices", value: "1", headers: [])
    try await producer.send("prices", value: "2", headers: [Header("varve.reply.to", "a b")])
    try await producer.send(
      "prices", value: "3", headers: [Header("varve.reply.to", "__consumer_offsets/0")])
    try await producer.send(
      "prices", value: "4", headers: [Header("varve.reply.to", "nowhere/0")])
    try await producer.send(
      "prices", value: "5", headers: [to, Header("varve.deadline", "1000")])
    try await producer.send("prices", value: "6", headers: [to, Header("varve.deadline", "now")])
    try await producer.send("prices", value: bad, headers: [to])
    try await producer.send("prices", value: "8", headers: [to])
  }

  @Test func `requests that cannot be read are refused, and others dropped, with the reason`()
    async throws
  {
    try await Door.inProcess.with { varve in
      try await varve.createTopic("prices")
      try await varve.createTopic("replies")
      try await Self.sendOddRequests(with: try varve.producer())
      let dropped = Seen<DroppedRequest>()
      let run = Seen<String>()
      var options = AnswerOptions()
      options.concurrency = 1
      options.onDropped = { _, reason in dropped.add(reason) }
      let answering = options
      let server = Task {
        try await varve.answer(
          "prices", group: "pricing", requests: .text, replies: .text, options: answering
        ) { request, _ in
          run.add(request)
          return "reply to \(request)"
        }
      }
      await dropped.reach(5)
      let consumer = try await varve.consumer(topics: ["replies"], from: .earliest)
      let replies = try await Self.next(3, of: consumer)
      #expect(
        dropped.all == [
          .withoutReplyTo, .withoutReplyTo, .forbiddenReplyTo,
          .refusedReply(.unknownTopicOrPartition), .expired,
        ])
      #expect(run.all == ["4", "8"], "neither the refused nor the expired were run")
      let failures = replies.map { $0.header("varve.failure")?.description }
      #expect(failures == ["unreadable", "unreadable", nil])
      #expect(replies[2].text == "reply to 8")
      server.cancel()
      _ = await server.result
      consumer.close()
    }
  }

  @Test func `a client that is closed, and a task that is cancelled, wait no longer`() async throws
  {
    try await Door.inProcess.with { varve in
      let client = try await Self.client(varve)
      let consumer = try await varve.consumer(topics: ["prices"], from: .earliest)
      let cancelled = Task {
        await failure { () throws(QueueError) in
          _ = try await client.reply(to: "cancelled")
        }
      }
      _ = try await Self.next(1, of: consumer)
      cancelled.cancel()
      #expect(await cancelled.value?.code == .cancelled)
      let closed = Task {
        await failure { () throws(QueueError) in
          _ = try await client.reply(to: "closed")
        }
      }
      _ = try await Self.next(1, of: consumer)
      try await client.close()
      #expect(await closed.value?.code == .closed)
      let after = await failure { () throws(QueueError) in _ = try await client.reply(to: "after") }
      #expect(after?.code == .closed)
      consumer.close()
    }
  }
}

struct Quote: Codable, Equatable {
  var product: String
  var count: Int
}

struct Heavy: Error {}

/// Foundation's coders for JSON as ours.
struct JSON: PayloadEncoder, PayloadDecoder {
  func bytes(of value: some Encodable) throws -> ByteSlice {
    ByteSlice(try JSONEncoder().encode(value))
  }

  func value<Value: Decodable>(_ type: Value.Type, from bytes: ByteSlice) throws -> Value {
    try JSONDecoder().decode(type, from: Data(bytes))
  }
}
