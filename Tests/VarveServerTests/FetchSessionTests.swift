import Testing
import Varve
import VarveBase
import VarveProtocol

/// Goal: a session remembers what a client fetches, and tells it of what is new only (KIP-227).
/// Method: requests on a socket in the order in which Kafka's clients send them.
@Suite struct FetchSessionTests {
  /// A request for the whole topic, or nothing but the session's next step.
  private static func request(
    session: Int32, epoch: Int32, partitions: [Int32] = [], forgotten: [Int32] = [],
    from offset: Offset = 0
  ) -> FetchRequest {
    var request = FetchRequest("t", from: offset)
    request.sessionID = session
    request.sessionEpoch = epoch
    request.topics[0].partitions = partitions.map { index in
      var partition = request.topics[0].partitions[0]
      partition.partitionIndex = index
      return partition
    }
    if partitions.isEmpty { request.topics = [] }
    if !forgotten.isEmpty {
      var topic = FetchRequest.ForgottenTopic()
      topic.name = "t"
      topic.partitionIndexes = forgotten
      request.forgottenTopics = [topic]
    }
    return request
  }

  private static func partitions(_ response: FetchResponse) -> [Int32] {
    response.topics.flatMap { $0.partitions.map(\.partitionIndex) }
  }

  private static func withClient(_ body: @escaping @Sendable (WireClient) throws -> Void)
    async throws
  {
    try await ServedBroker.run { served in
      try await served.varve.createTopic("t", partitions: 100)
      try await served.client(body)
    }
  }

  @Test("G34: a session without news is answered in a few bytes, whatever it has")
  func idle() async throws {
    try await Self.withClient { client in
      let first: FetchResponse = try client.ask(
        Self.request(session: 0, epoch: 0, partitions: Array(0..<100)), version: 11)
      #expect(first.sessionID > 0)
      #expect(Self.partitions(first) == Array(0..<100))
      let request = Self.request(session: first.sessionID, epoch: 1)
      let asked = request.requestFrame(version: 11, correlationID: 1, clientID: "c").count
      let second: FetchResponse = try client.ask(request, version: 11)
      #expect(second.sessionID == first.sessionID)
      #expect(second.topics.isEmpty)
      let answered = second.responseFrame(version: 11, correlationID: 1).count
      // Two such a second are below a kilobyte.
      #expect(asked + answered < 500)
    }
  }

  @Test func `a session tells of partitions with news alone`() async throws {
    try await Self.withClient { client in
      let first: FetchResponse = try client.ask(
        Self.request(session: 0, epoch: 0, partitions: [0, 1, 2]), version: 11)
      let _: ProduceResponse = try client.ask(
        ProduceRequest("t", 1, batch: try batch(["x"])), version: 9)
      let second: FetchResponse = try client.ask(
        Self.request(session: first.sessionID, epoch: 1), version: 11)
      #expect(Self.partitions(second) == [1])
      let read = try values(second.topics[0].partitions[0].records)
      #expect(read == ["x"])
      // The client goes on behind it, and hears no more of it.
      let third: FetchResponse = try client.ask(
        Self.request(session: first.sessionID, epoch: 2, partitions: [1], from: 1), version: 11)
      #expect(Self.partitions(third) == [])
    }
  }

  @Test func `what had records is read after the others`() async throws {
    try await Self.withClient { client in
      let first: FetchResponse = try client.ask(
        Self.request(session: 0, epoch: 0, partitions: [0, 1, 2]), version: 11)
      for partition: Int32 in [0, 2] {
        let _: ProduceResponse = try client.ask(
          ProduceRequest("t", partition, batch: try batch(["x"])), version: 9)
      }
      var one = Self.request(session: first.sessionID, epoch: 1)
      one.maxBytes = 1
      let second: FetchResponse = try client.ask(one, version: 11)
      #expect(second.topics[0].partitions[0].records?.isEmpty == false)
      one.sessionEpoch = 2
      let third: FetchResponse = try client.ask(one, version: 11)
      let served = third.topics.flatMap(\.partitions).filter { $0.records?.isEmpty == false }
      #expect(served.map(\.partitionIndex) == [2])
    }
  }

  @Test func `partitions are forgotten, and the last one ends the session`() async throws {
    try await Self.withClient { client in
      let first: FetchResponse = try client.ask(
        Self.request(session: 0, epoch: 0, partitions: [0, 1]), version: 11)
      let _: FetchResponse = try client.ask(
        Self.request(session: first.sessionID, epoch: 1, forgotten: [0]), version: 11)
      let _: ProduceResponse = try client.ask(
        ProduceRequest("t", 0, batch: try batch(["x"])), version: 9)
      let third: FetchResponse = try client.ask(
        Self.request(session: first.sessionID, epoch: 2), version: 11)
      #expect(Self.partitions(third) == [])
      let fourth: FetchResponse = try client.ask(
        Self.request(session: first.sessionID, epoch: 3, forgotten: [1]), version: 11)
      #expect(fourth.sessionID == 0)
      let fifth: FetchResponse = try client.ask(
        Self.request(session: first.sessionID, epoch: 4), version: 11)
      #expect(fifth.errorCode == .fetchSessionIDNotFound)
    }
  }

  @Test func `a request out of turn and one of no session are refused`() async throws {
    try await Self.withClient { client in
      let first: FetchResponse = try client.ask(
        Self.request(session: 0, epoch: 0, partitions: [0]), version: 11)
      let outOfTurn: FetchResponse = try client.ask(
        Self.request(session: first.sessionID, epoch: 5), version: 11)
      #expect(outOfTurn.errorCode == .invalidFetchSessionEpoch)
      let unknown: FetchResponse = try client.ask(
        Self.request(session: 12_345, epoch: 1), version: 11)
      #expect(unknown.errorCode == .fetchSessionIDNotFound)
      let byID: FetchResponse = try client.ask(
        Self.request(session: first.sessionID, epoch: 1), version: 13)
      #expect(byID.errorCode == .fetchSessionTopicIDError)
    }
  }
}
