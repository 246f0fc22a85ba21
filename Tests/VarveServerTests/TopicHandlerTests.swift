import Testing
import Varve
import VarveBase
import VarveProtocol

/// Goal: topics are made, changed and told of as Kafka does, corner cases included. Method:
/// requests on a socket; the answers are Kafka's.
@Suite struct TopicHandlerTests {
  private static func served(
    _ config: [String: String] = [:], _ body: @escaping @Sendable (WireClient) throws -> Void
  ) async throws {
    try await ServedBroker.run(serverConfig: config) { try await $0.client(body) }
  }

  private static func create(
    _ name: String, partitions: Int32 = 1, factor: Int16 = 1, configs: [String: String] = [:]
  ) -> CreateTopicsRequest.Topic {
    var topic = CreateTopicsRequest.Topic()
    topic.name = name
    topic.partitionCount = partitions
    topic.replicationFactor = factor
    topic.configs = configs.map { name, value in
      var config = CreateTopicsRequest.Topic.Config()
      (config.name, config.value) = (name, value)
      return config
    }
    return topic
  }

  @discardableResult
  private static func create(
    _ topics: [CreateTopicsRequest.Topic], _ client: WireClient
  ) throws -> [String: CreateTopicsResponse.Topic] {
    var request = CreateTopicsRequest()
    request.topics = topics
    let response: CreateTopicsResponse = try client.ask(request, version: 7)
    return Dictionary(uniqueKeysWithValues: response.topics.map { ($0.name, $0) })
  }

  private static func metadata(
    _ names: [String]?, _ client: WireClient, creates: Bool = false, ids: [TopicID] = [],
    nameOfIDs: String? = nil
  ) throws -> MetadataResponse {
    var request = MetadataRequest()
    request.allowsAutoTopicCreation = creates
    request.topics = names.map { names in
      names.map { name in
        var topic = MetadataRequest.Topic()
        topic.name = name
        return topic
      }
        + ids.map { id in
          var topic = MetadataRequest.Topic()
          (topic.topicID, topic.name) = (id, nameOfIDs)
          return topic
        }
    }
    return try client.ask(request, version: 12)
  }

  @Test("G23: no list of a described partition is null, which Java's client would trip over")
  func described() async throws {
    try await Self.served { client in
      try Self.create([Self.create("orders", partitions: 2)], client)
      var request = DescribeTopicPartitionsRequest()
      var topic = DescribeTopicPartitionsRequest.Topic()
      topic.name = "orders"
      request.topics = [topic]
      let response: DescribeTopicPartitionsResponse = try client.ask(request, version: 0)
      let partitions = try #require(response.topics.first).partitions
      #expect(partitions.count == 2)
      #expect(partitions.allSatisfy { $0.eligibleLeaderReplicas == [] })
      #expect(partitions.allSatisfy { $0.lastKnownEligibleLeaders == [] })
    }
  }

  @Test("G28: an id is what counts where a name comes with it: Java's client sends an empty one")
  func identified() async throws {
    try await Self.served { client in
      let made = try Self.create([Self.create("orders", partitions: 2)], client)
      let id = try #require(made["orders"]).topicID
      let topics = try Self.metadata([], client, ids: [id], nameOfIDs: "").topics
      #expect(topics.map(\.name) == ["orders"])
      #expect(topics.map(\.errorCode) == [.none])
      #expect(topics.first?.partitions.count == 2)
    }
  }

  @Test("G26: of some valid and some invalid topics the valid ones are created")
  func mixed() async throws {
    try await Self.served { client in
      try Self.create([Self.create("there")], client)
      let answers = try Self.create(
        [
          Self.create("good", partitions: 3), Self.create("there"), Self.create("bad name"),
          Self.create("none", partitions: 0), Self.create("many", factor: 3),
          Self.create("odd", configs: ["retention.ms": "soon"]),
          Self.create("standard", partitions: -1, factor: -1), Self.create("twice"),
          Self.create("twice"),
        ], client)
      #expect(
        answers.mapValues(\.errorCode) == [
          "good": .none, "there": .topicAlreadyExists, "bad name": .invalidTopicException,
          "none": .invalidPartitions, "many": .invalidReplicationFactor, "odd": .invalidConfig,
          "standard": .none, "twice": .invalidRequest,
        ])
      let known = try Self.metadata(nil, client).topics.compactMap(\.name)
      #expect(known == ["good", "standard", "there"])
    }
  }

  @Test("G26: CreatePartitions answers for each topic")
  func partitions() async throws {
    try await Self.served { client in
      try Self.create([Self.create("t"), Self.create("u", partitions: 4)], client)
      var request = CreatePartitionsRequest()
      request.topics = [("t", 3), ("u", 2), ("nowhere", 1)].map { (name: String, count: Int32) in
        var topic = CreatePartitionsRequest.Topic()
        topic.name = name
        topic.count = count
        return topic
      }
      let response: CreatePartitionsResponse = try client.ask(request, version: 3)
      #expect(
        response.topics.map(\.errorCode) == [
          .none, .invalidPartitions, .unknownTopicOrPartition,
        ])
      let counts = try Self.metadata(["t", "u"], client).topics.map(\.partitions.count)
      #expect(counts == [3, 4])
    }
  }

  @Test("G28: topics are created when they are first asked for, unless that is off")
  func onDemand() async throws {
    try await Self.served(["num.partitions": "4"]) { client in
      let refused = try Self.metadata(["t"], client).topics
      #expect(refused.map(\.errorCode) == [.unknownTopicOrPartition])
      let made = try Self.metadata(["t", "bad name"], client, creates: true).topics
      #expect(made.map(\.errorCode) == [.none, .invalidTopicException])
      #expect(made[0].partitions.count == 4)
    }
    try await Self.served(["auto.create.topics.enable": "false"]) { client in
      let topics = try Self.metadata(["t"], client, creates: true).topics
      #expect(topics.map(\.errorCode) == [.unknownTopicOrPartition])
    }
  }

  @Test("G28: a topic that was deleted and made again has another id, and its old one is unknown")
  func recreated() async throws {
    try await Self.served { client in
      let old = try #require(try Self.create([Self.create("t")], client)["t"]?.topicID)
      var fetch = FetchRequest("", id: old)
      let before: FetchResponse = try client.ask(fetch, version: 13)
      #expect(before.topics[0].partitions[0].errorCode == ErrorCode.none)
      var deletion = DeleteTopicsRequest()
      var topic = DeleteTopicsRequest.Topic()
      topic.topicID = old
      deletion.topics = [topic]
      let deleted: DeleteTopicsResponse = try client.ask(deletion, version: 6)
      #expect(deleted.topics.map(\.errorCode) == [.none])
      #expect(deleted.topics.map(\.name) == ["t"])
      let new = try #require(try Self.create([Self.create("t")], client)["t"]?.topicID)
      #expect(new != old)
      fetch.maxWaitMilliseconds = 600_000
      let after: FetchResponse = try client.ask(fetch, version: 13)
      #expect(after.topics[0].partitions[0].errorCode == .unknownTopicID)
      let produced: ProduceResponse = try client.ask(
        ProduceRequest("", id: old, batch: try batch(["x"])), version: 13)
      #expect(produced.topics[0].partitions[0].errorCode == .unknownTopicID)
      let known = try Self.metadata([], client, ids: [old, new]).topics
      #expect(known.map(\.errorCode) == [.unknownTopicID, .none])
    }
  }

  @Test("G21: librdkafka's request for all topics, which has bytes too many, is answered")
  func trailingBytes() async throws {
    try await Self.served { client in
      try Self.create([Self.create("t")], client)
      // As librdkafka 2.16 sends it: version 13, correlation 3, client id "rdkafka".
      try client.send([
        0, 0, 0, 0x19, 0, 3, 0, 13, 0, 0, 0, 3, 0, 7, 0x72, 0x64, 0x6B, 0x61, 0x66, 0x6B, 0x61, 0,
        0, 0, 0, 0, 1, 0, 0,
      ])
      let response = try client.take(MetadataResponse.self, version: 13, correlationID: 3)
      #expect(response.topics.map(\.name) == ["t"])
    }
  }

  @Test("G26: a record without a key on a compacted topic is refused, and said which")
  func keyless() async throws {
    try await Self.served { client in
      try Self.create([Self.create("t", configs: ["cleanup.policy": "compact"])], client)
      let refused: ProduceResponse = try client.ask(
        ProduceRequest("t", batch: try batch(["a", "b"])), version: 9)
      let partition = refused.topics[0].partitions[0]
      #expect(partition.errorCode == .invalidRecord)
      #expect(partition.recordErrors.map(\.batchIndex) == [0, 1])
      let taken: ProduceResponse = try client.ask(
        ProduceRequest("t", batch: try batch(["a"], key: "k")), version: 9)
      #expect(taken.topics[0].partitions[0].errorCode == ErrorCode.none)
    }
  }

  @Test("G26: max.message.bytes is enforced")
  func tooLarge() async throws {
    try await Self.served { client in
      try Self.create([Self.create("t", configs: ["max.message.bytes": "200"])], client)
      let value = String(repeating: "x", count: 150)
      let refused: ProduceResponse = try client.ask(
        ProduceRequest("t", batch: try batch([value])), version: 9)
      #expect(refused.topics[0].partitions[0].errorCode == .messageTooLarge)
    }
  }

  @Test("G26: offsets for times are right where records are stamped out of order")
  func times() async throws {
    try await Self.served { client in
      try Self.create(
        [Self.create("t", configs: ["segment.ms": "9000000000000"])], client)
      let stamps: [Timestamp] = [50, 10, 90, 20, 70]
      for stamp in stamps {
        let _: ProduceResponse = try client.ask(
          ProduceRequest("t", batch: try batch(["x"], timestamp: stamp)), version: 9)
      }
      for target in stride(from: Int64(0), through: 100, by: 5) {
        var request = ListOffsetsRequest.end(of: "t")
        request.topics[0].partitions[0].timestamp = target
        let response: ListOffsetsResponse = try client.ask(request, version: 6)
        let expected = stamps.firstIndex { $0.rawValue >= target }
        #expect(
          response.topics[0].partitions[0].offset == Offset(Int64(expected ?? -1)),
          "at \(target)")
      }
      var newest = ListOffsetsRequest.end(of: "t")
      newest.topics[0].partitions[0].timestamp = -3
      let response: ListOffsetsResponse = try client.ask(newest, version: 7)
      #expect(response.topics[0].partitions[0].offset == 2)
      #expect(response.topics[0].partitions[0].timestamp == 90)
    }
  }

  @Test func `records are deleted up to an offset, and from the end on are none left`() async throws
  {
    try await Self.served { client in
      try Self.create([Self.create("t")], client)
      for _ in 0..<3 {
        let _: ProduceResponse = try client.ask(
          ProduceRequest("t", batch: try batch(["x"])), version: 9)
      }
      let watermarks = try [2, -1, 9].map { offset -> (Offset, ErrorCode) in
        var request = DeleteRecordsRequest()
        var topic = DeleteRecordsRequest.Topic()
        topic.name = "t"
        var partition = DeleteRecordsRequest.Topic.Partition()
        partition.offset = Offset(Int64(offset))
        topic.partitions = [partition]
        request.topics = [topic]
        let response: DeleteRecordsResponse = try client.ask(request, version: 2)
        let answer = response.topics[0].partitions[0]
        return (answer.lowWatermark, answer.errorCode)
      }
      #expect(watermarks.map(\.0) == [2, 3, -1])
      #expect(watermarks.map(\.1) == [.none, .none, .offsetOutOfRange])
    }
  }
}
