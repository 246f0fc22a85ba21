import Testing
import Varve
import VarveBase
import VarveQueues
import VarveTestKit

/// Messages that are handled once, however often they were sent.
@Suite(.timeLimit(.hang)) struct IdempotentHandlerTests {
  /// A handler that copies its messages to topic `out`.
  private static func copy(
    _ varve: Varve, as id: String = "copier", timeToLive: Duration = .seconds(86_400),
    time: any TimeSource = SystemTime(),
    _ isToFail: @escaping @Sendable (String) -> Bool = { _ in false }
  ) throws -> (IdempotentHandler, Task<Void, any Error>) {
    var options = IdempotentHandler.Options()
    options.timeToLive = timeToLive
    options.time = time
    options.consumer.reading.batchBytes = 1
    let handler = try varve.idempotentHandler(id, group: "copiers", topic: "in", options: options)
    let task = Task {
      try await handler.run { record, output in
        let text = record.text ?? ""
        try await output.send("out", value: text)
        if isToFail(text) { throw Refusal() }
      }
    }
    return (handler, task)
  }

  /// Sends messages, each its own id, and one without an id as the end.
  private static func send(_ messages: [String], end: String, to varve: Varve) async throws {
    let producer = try varve.producer()
    for message in messages {
      try await producer.send("in", value: message, headers: [Header("varve.message.id", message)])
    }
    try await producer.send("in", value: end)
    try await producer.close()
  }

  /// Waits until a message is committed to `out`, and returns all that are before it.
  private static func output(of varve: Varve, until end: String) async throws -> [String] {
    var options = Consumer.Options()
    options.isolation = .readCommitted
    let consumer = try await varve.consumer(topics: ["out"], from: .earliest, options: options)
    defer { consumer.close() }
    var output: [String] = []
    while let batch = try await consumer.next() {
      for record in batch {
        if record.text == end { return output }
        output.append(record.text ?? "")
      }
    }
    return output
  }

  private static func topics(_ varve: Varve) async throws {
    for topic in ["in", "out"] { try await varve.createTopic(topic) }
  }

  @Test(arguments: Door.allCases)
  func `S13: a message that was sent several times has its outcome once, after a restart too`(
    _ door: Door
  ) async throws {
    try await door.with { varve in
      try await Self.topics(varve)
      try await Self.send(["a", "b", "a", "c", "a"], end: "end 1", to: varve)
      let (first, running) = try Self.copy(varve)
      #expect(try await Self.output(of: varve, until: "end 1") == ["a", "b", "c"])
      running.cancel()
      _ = await running.result
      #expect(first.duplicateCount >= 1)
      try await Self.send(["b", "d", "c"], end: "end 2", to: varve)
      let (_, again) = try Self.copy(varve, as: "another")
      let output = try await Self.output(of: varve, until: "end 2")
      #expect(output == ["a", "b", "c", "end 1", "d"])
      again.cancel()
      _ = await again.result
    }
  }

  @Test func `S20: each id is forgotten when its own time is over, and handled anew`() async throws
  {
    try await Door.inProcess.with { varve in
      try await Self.topics(varve)
      let time = ManualTime()
      let (_, running) = try Self.copy(varve, timeToLive: .seconds(10), time: time)
      try await Self.send(["old"], end: "end 1", to: varve)
      _ = try await Self.output(of: varve, until: "end 1")
      time.advance(byMilliseconds: 6_000)
      try await Self.send(["young"], end: "end 2", to: varve)
      _ = try await Self.output(of: varve, until: "end 2")
      time.advance(byMilliseconds: 3_900)
      try await Self.send(["old", "young"], end: "end 3", to: varve)
      _ = try await Self.output(of: varve, until: "end 3")
      time.advance(byMilliseconds: 1_200)
      try await Self.send(["old", "young"], end: "end 4", to: varve)
      let output = try await Self.output(of: varve, until: "end 4")
      #expect(output == ["old", "end 1", "young", "end 2", "end 3", "old"])
      running.cancel()
      _ = await running.result
    }
  }

  @Test func `S20: a mark and the group's offset are committed together, or neither is`()
    async throws
  {
    try await Door.inProcess.with { varve in
      try await Self.topics(varve)
      try await Self.send(["a", "b", "c"], end: "end", to: varve)
      let (handler, running) = try Self.copy(varve) { $0 == "b" }
      await #expect(throws: Refusal.self) { try await running.value }
      let marks = try await varve.committed(handler.marksTopic).map(\.keyText)
      let offsets = try await varve.committedOffsets(of: "copiers").values.map(\.offset)
      #expect(marks == ["a"])
      #expect(offsets == [1])
      let (_, again) = try Self.copy(varve)
      #expect(try await Self.output(of: varve, until: "end") == ["a", "b", "c"])
      again.cancel()
      _ = await again.result
    }
  }

  @Test func `S20: an id takes its share of 1 GiB for ten million on the disk`() async throws {
    try await Door.inProcess.with { varve in
      try await Self.topics(varve)
      let count = 20_000
      let producer = try varve.producer()
      for number in 0..<count {
        // As long as a UUID in text.
        let id = "018f2c4e-7a3b-7c1d-9e2f-" + String(100_000_000_000 + number)
        try await producer.enqueue("in", value: "x", headers: [Header("varve.message.id", id)])
      }
      try await producer.send("in", value: "end")
      var options = IdempotentHandler.Options()
      options.timeToLive = .hours(1)
      let handler = try varve.idempotentHandler(
        "counter", group: "counters", topic: "in", options: options)
      let running = Task {
        try await handler.run { record, output in
          if record.text == "end" { try await output.send("out", value: "end") }
        }
      }
      _ = try await Self.output(of: varve, until: "end")
      let marks = try await varve.describeTopic(handler.marksTopic).partitions[0]
      #expect(marks.sizeInBytes / Int64(count) < (1 << 30) / 10_000_000)
      #expect(marks.endOffset.rawValue >= Int64(count))
      running.cancel()
      _ = await running.result
    }
  }
}

struct Refusal: Error {}
