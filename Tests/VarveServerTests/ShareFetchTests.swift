import Testing
import Varve
import VarveBase
import VarveBroker
import VarveProtocol

/// `#expect` takes no call that throws and changes what it is called on.
private func equal<Value: Equatable>(
  _ value: Value, _ expected: Value, at place: SourceLocation = #_sourceLocation
) {
  #expect(value == expected, sourceLocation: place)
}

/// Goal: records are acquired, acknowledged and come again over the wire as KIP-932 says. Method:
/// requests on a socket.
@Suite struct ShareFetchTests {
  @Test func `S07: records are a member's until it accepts or releases them`() async throws {
    try await ServedQueue.run(records: 10) { queue in
      try await queue.served.client { client in
        var (first, second) = (ShareMember("a", queue), ShareMember("b", queue))
        try first.begin(client)
        try second.begin(client)
        try equal(first.fetch(client, records: 4).offsets, [0, 1, 2, 3])
        try equal(second.fetch(client, records: 100).offsets, [4, 5, 6, 7, 8, 9])
        try equal(first.acknowledge(client, 0...1, [1]), ErrorCode.none)
        try equal(first.acknowledge(client, 2...3, [2]), ErrorCode.none)
        let again = try second.fetch(client, records: 100)
        #expect(again.offsets == [2, 3])
        #expect(again.deliveryCounts == [2, 2])
      }
    }
  }

  @Test func `acknowledgements of others' records are refused, and change nothing`() async throws {
    try await ServedQueue.run(records: 4) { queue in
      try await queue.served.client { client in
        var (first, second) = (ShareMember("a", queue), ShareMember("b", queue))
        try first.begin(client)
        try second.begin(client)
        try equal(first.fetch(client, records: 2).offsets, [0, 1])
        try equal(second.acknowledge(client, 0...1, [1]), .invalidRecordState)
        try equal(first.acknowledge(client, 0...2, [1]), .invalidRecordState)
        try equal(first.acknowledge(client, 0...1, [7]), .invalidRequest)
        try equal(first.acknowledge(client, 0...Int64.max, [1]), .invalidRecordState)
        try equal(first.acknowledge(client, 0...1, [1, 1]), ErrorCode.none)
        try equal(first.acknowledge(client, 0...1, [1]), .invalidRecordState)
      }
    }
  }

  @Test func `a session that ends gives back what it had`() async throws {
    try await ServedQueue.run(records: 3) { queue in
      try await queue.served.client { client in
        var (first, second) = (ShareMember("a", queue), ShareMember("b", queue))
        try first.begin(client)
        try second.begin(client)
        try equal(first.fetch(client, records: 3).offsets, [0, 1, 2])
        try first.end(client)
        try equal(second.fetch(client, records: 3).offsets, [0, 1, 2])
      }
    }
  }

  @Test func `sessions are numbered`() async throws {
    try await ServedQueue.run(records: 1) { queue in
      try await queue.served.client { client in
        var member = ShareMember("a", queue)
        member.epoch = 3
        try equal(member.ask(client).errorCode, .shareSessionNotFound)
        member.epoch = 0
        try equal(member.ask(client).errorCode, ErrorCode.none)
        member.epoch = 9
        try equal(member.ask(client).errorCode, .invalidShareSessionEpoch)
        member.epoch = 1
        try equal(member.ask(client).errorCode, ErrorCode.none)
      }
    }
  }

  @Test func `S23: a record that is rejected goes to the dead letters with its origin`()
    async throws
  {
    try await ServedQueue.run(records: 2, configs: ["errors.deadletterqueue.topic.name": "dead"]) {
      queue in
      try await queue.served.varve.createTopic("dead")
      try await queue.served.client { client in
        var member = ShareMember("a", queue)
        try member.begin(client)
        try equal(member.fetch(client, records: 2).offsets, [0, 1])
        try equal(member.acknowledge(client, 1...1, [3]), ErrorCode.none)
        try equal(member.acknowledge(client, 0...0, [1]), ErrorCode.none)
      }
      let dead = try await queue.served.varve.consumer(topics: ["dead"])
      for try await batch in dead.batches {
        let record = try #require(Array(batch).first)
        #expect(record.value.map { String(decoding: $0, as: UTF8.self) } == "job 1")
        var headers: [String: String] = [:]
        for header in record.headers {
          headers["\(header.name)"] = header.value.map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(headers["__dlq.errors.topic"] == "jobs")
        #expect(headers["__dlq.errors.offset"] == "1")
        #expect(headers["__dlq.errors.delivery.count"] == "1")
        #expect(headers["__dlq.errors.message"] == "rejected by a consumer")
        break
      }
    }
  }

  @Test func `a member that waits is woken by a record, and by one that is released`() async throws
  {
    try await ServedQueue.run(records: 1) { queue in
      let waiting = try await queue.served.client { client in
        var holder = ShareMember("a", queue)
        try holder.begin(client)
        try equal(holder.fetch(client, records: 5).offsets, [0])
        let waiting = WaitingMember(queue)
        try equal(holder.acknowledge(client, 0...0, [2]), ErrorCode.none)
        return waiting
      }
      equal(try await waiting.value(), [0])
    }
  }

  @Test func `G43: a stuck record stalls nobody, however far the others are`() async throws {
    try await ServedQueue.run(records: 5_000, batchSize: 100) { queue in
      try await queue.served.client { client in
        var (stuck, worker) = (ShareMember("a", queue), ShareMember("b", queue))
        try stuck.begin(client)
        try worker.begin(client)
        try equal(stuck.fetch(client, records: 1).offsets, [0])
        var next: Int64 = 1
        while next < 5_000 {
          let fetched = try worker.fetch(client, records: 500)
          #expect(fetched.offsets.first == next)
          guard let last = fetched.offsets.last else { break }
          try equal(worker.acknowledge(client, next...last, [1]), ErrorCode.none)
          next = last + 1
        }
        #expect(next == 5_000)
      }
    }
  }

  @Test func `S24: the highest priority comes first, past a backlog`() async throws {
    try await ServedQueue.run(
      records: 3_000, batchSize: 500, configs: ["varve.queue.enable": "true"]
    ) { queue in
      let producer = try queue.served.varve.producer()
      _ = try await producer.send(
        "jobs", value: "urgent", headers: [Header("varve.priority", "9")])
      try await producer.close()
      try await queue.served.client { client in
        var worker = ShareMember("a", queue)
        try worker.begin(client)
        try equal(worker.fetch(client, records: 10).values, ["urgent"])
        try equal(worker.fetch(client, records: 2).values, ["job 0", "job 1"])
      }
    }
  }

  @Test func `a fetch that waits is ended by the next request of its session`() async throws {
    try await ServedQueue.run(records: 1) { queue in
      try await queue.served.client { client in
        var member = ShareMember("a", queue)
        try member.begin(client)
        try equal(member.fetch(client, records: 5).offsets, [0])
        let fetch = try member.post(client, records: 5, wait: .max)
        try equal(member.acknowledge(client, 0...0, [1], after: fetch), ErrorCode.none)
        let other = try member.post(client, records: 5, wait: .max)
        try equal(member.end(client, after: other), ErrorCode.none)
      }
    }
  }

  @Test func `G41: what a client had that is gone is others' at once`() async throws {
    try await ServedQueue.run(records: 3) { queue in
      let taken = try await queue.served.client { client in
        var member = ShareMember("a", queue)
        try member.begin(client)
        let taken = try member.fetch(client, records: 2).offsets
        // It goes while a fetch waits that nobody will take.
        _ = try member.post(client, records: 5, wait: .max)
        return taken
      }
      #expect(taken == [0, 1])
      var offsets: [Int64] = []
      while offsets.count < 3 {
        offsets += try await queue.served.client { client in
          var member = ShareMember("b", queue)
          try member.begin(client)
          let fetched = try member.fetch(client, records: 5, wait: 600_000).offsets
          if let last = fetched.last {
            try equal(member.acknowledge(client, fetched[0]...last, [1]), ErrorCode.none)
          }
          return fetched
        }
      }
      #expect(offsets.sorted() == [0, 1, 2])
    }
  }

  @Test func `a session that begins on another connection gives back what the one before had`()
    async throws
  {
    try await ServedQueue.run(records: 2) { queue in
      try await queue.served.client { first in
        var before = ShareMember("a", queue)
        try before.begin(first)
        try equal(before.fetch(first, records: 2).offsets, [0, 1])
        let second = try WireClient(port: queue.served.port)
        var after = ShareMember("a", queue)
        try after.begin(second)
        let again = try after.fetch(second, records: 2)
        #expect(again.offsets == [0, 1] && again.deliveryCounts == [2, 2])
        // On the same connection it keeps what it has.
        after.epoch = 0
        try after.begin(second)
        try equal(after.acknowledge(second, 0...1, [1]), ErrorCode.none)
      }
    }
  }
}

/// A member that waits for a record on a thread and a connection of its own.
private final class WaitingMember: Sendable {
  private let task: Task<[Int64], any Error>

  init(_ queue: ServedQueue) {
    task = Task {
      try await queue.served.client { client in
        var member = ShareMember("waiting", queue)
        try member.begin(client)
        return try member.fetch(client, records: 5, wait: 60_000).offsets
      }
    }
  }

  func value() async throws -> [Int64] { try await task.value }
}
