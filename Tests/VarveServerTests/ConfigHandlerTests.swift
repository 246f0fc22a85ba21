import Foundation
import Testing
import Varve
import VarveBase
import VarveBroker
import VarveProtocol
import VarveTestSupport

/// Goal: configs are told of whole, and changed in part, as Kafka does. Method: requests on a
/// socket; what Kafka 4.0 answered to DescribeConfigs is the list to be complete by.
@Suite struct ConfigHandlerTests {
  private static func configs(
    _ client: WireClient, names: [String]? = nil
  ) throws -> [String: DescribeConfigsResponse.Resource.Config] {
    var request = DescribeConfigsRequest()
    request.includesSynonyms = true
    var resource = DescribeConfigsRequest.Resource()
    resource.type = 2
    resource.name = "t"
    resource.names = names
    request.resources = [resource]
    let response: DescribeConfigsResponse = try client.ask(request, version: 4)
    return Dictionary(
      uniqueKeysWithValues: response.resources[0].configs.map { ($0.name, $0) })
  }

  @Test("G26: DescribeConfigs lists every config of Kafka's, with its default and source")
  func complete() async throws {
    let ours = try await ServedBroker.run { served in
      try await served.varve.createTopic("t", config: [TopicConfig("retention.bytes", "1000")])
      return try await served.client { try Self.configs($0) }
    }
    let kafka = try Self.kafka()
    #expect(kafka.count > 20)
    // Kafka's default of a topic's retention is 7 days; the test keeps all.
    for (name, theirs) in kafka where name != "retention.ms" {
      let config = try #require(ours[name], "\(name)")
      #expect(config.type == theirs.type, "\(name)")
      guard theirs.source == 5, config.source == 5 else { continue }
      #expect(config.value == theirs.value, "\(name)")
    }
    #expect(ours["retention.bytes"]?.value == "1000")
    #expect(ours["retention.bytes"]?.source == 1)
    #expect(ours["retention.ms"]?.source == 4)
    #expect(
      ours["retention.ms"]?.synonyms.map(\.name) == ["log.retention.ms", "log.retention.hours"])
  }

  /// What Kafka 4.0 answered about a topic, as recorded.
  private static func kafka() throws -> [String: DescribeConfigsResponse.Resource.Config] {
    struct Frame: Decodable {
      let api: Int16?
      let version: Int16?
      let kind: String
      let hex: String
    }
    for line in try GoldenData.lines("frames.jsonl") {
      let frame = try JSONDecoder().decode(Frame.self, from: Data(line.utf8))
      guard frame.api == 32, let version = frame.version, frame.kind == "response" else { continue }
      let bytes = ByteSlice(GoldenData.bytes(hexadecimal: frame.hex))
      let body = try ResponseFrame(
        decoding: bytes, to: DescribeConfigsResponse.api, version: version
      ).body
      let response = try DescribeConfigsResponse(decoding: body, version: version)
      guard let topic = response.resources.first(where: { $0.type == 2 }) else { continue }
      return Dictionary(uniqueKeysWithValues: topic.configs.map { ($0.name, $0) })
    }
    return [:]
  }

  @Test func `the broker's configs say their values and where those come from`() async throws {
    let config = ["num.partitions": "3", "log.retention.hours": "1"]
    let configs = try await ServedBroker.run(serverConfig: config) { served in
      try await served.client { client in
        var request = DescribeConfigsRequest()
        request.includesSynonyms = true
        var resource = DescribeConfigsRequest.Resource()
        (resource.type, resource.name) = (4, "1")
        request.resources = [resource]
        let response: DescribeConfigsResponse = try client.ask(request, version: 4)
        #expect(response.resources.map(\.errorCode) == [.none])
        return Dictionary(
          uniqueKeysWithValues: response.resources[0].configs.map { ($0.name, $0) })
      }
    }
    let partitions = try #require(configs["num.partitions"])
    // 4 is what the broker was started with, 5 the default.
    #expect(partitions.value == "3" && partitions.source == 4 && partitions.type == 3)
    #expect(partitions.synonyms.map(\.source) == [4, 5])
    #expect(partitions.synonyms.map(\.value) == ["3", "1"])
    #expect(configs["log.retention.hours"]?.value == "1")
    #expect(configs["log.segment.bytes"]?.value == "1073741824")
    #expect(configs["log.segment.bytes"]?.source == 5)
    #expect(configs["advertised.listeners"]?.value == nil)
    #expect(configs.count >= ServerConfigDefinition.all.count)
  }

  @Test("G63: what SIGHUP takes and what IncrementalAlterConfigs sets have the same effect")
  func reconfigured() async throws {
    func changed(
      _ change: @escaping @Sendable (ServedBroker, WireClient) throws -> ErrorCode
    ) async throws -> (topic: DescribeConfigsResponse.Resource.Config, partitions: Int) {
      try await ServedBroker.run { served in
        try await served.varve.createTopic("t")
        return try await served.client { client in
          let code = try change(served, client)
          #expect(code == ErrorCode.none)
          let config = try Self.configs(client, names: ["segment.bytes"])["segment.bytes"]
          var request = MetadataRequest()
          var topic = MetadataRequest.Topic()
          topic.name = "new"
          request.topics = [topic]
          let _: MetadataResponse = try client.ask(request, version: 9)
          let metadata: MetadataResponse = try client.ask(request, version: 9)
          return (try #require(config), metadata.topics[0].partitions.count)
        }
      }
    }
    let wanted = ["log.segment.bytes": "2097152", "num.partitions": "4"]
    let file = try await changed { served, _ in
      let kept = served.broker.serverDefaults.entries.filter { $0.source == .staticBroker }
      let before = Dictionary(uniqueKeysWithValues: kept.map { ($0.name, $0.value ?? "") })
      let later = try served.broker.reconfigure(before.merging(wanted) { $1 })
      #expect(later == [])
      return .none
    }
    let wire = try await changed { _, client in try Self.alterBroker(client, wanted) }
    #expect(file.topic.value == "2097152" && wire.topic.value == "2097152")
    #expect(file.topic.source == 4 && wire.topic.source == 2)
    #expect(file.partitions == 4 && wire.partitions == 4)
  }

  private static func alterBroker(
    _ client: WireClient, _ configs: [String: String], operation: Int8 = 0
  ) throws -> ErrorCode {
    var request = IncrementalAlterConfigsRequest()
    var resource = IncrementalAlterConfigsRequest.Resource()
    (resource.type, resource.name) = (4, "1")
    resource.configs = configs.sorted { $0.key < $1.key }.map { name, value in
      var config = IncrementalAlterConfigsRequest.Resource.Config()
      (config.operation, config.name, config.value) = (operation, name, value)
      return config
    }
    request.resources = [resource]
    let response: IncrementalAlterConfigsResponse = try client.ask(request, version: 1)
    return response.resources[0].errorCode
  }

  @Test func `a config that is read at the start, or is none, is not altered`() async throws {
    try await ServedBroker.run { served in
      try await served.client { client in
        let codes = try [
          Self.alterBroker(client, ["listeners": "PLAINTEXT://:1"]),
          Self.alterBroker(client, ["no.such": "1"]),
          Self.alterBroker(client, ["num.partitions": "0"]),
          Self.alterBroker(client, ["num.partitions": "2"]),
          Self.alterBroker(client, ["num.partitions": "2"], operation: 1),
        ]
        #expect(codes == [.invalidConfig, .invalidConfig, .invalidConfig, .none, .none])
        #expect(served.broker.serverConfigs(ofAll: false) == [:])
      }
    }
  }

  @Test func `a change of what is read at the start is named and waits`() async throws {
    try await ServedBroker.run { served in
      let later = try served.broker.reconfigure(["max.connections": "5", "num.partitions": "2"])
      #expect(later.contains("max.connections"))
      #expect(served.broker.serverConfig("max.connections") == nil)
      #expect(served.broker.serverConfig("num.partitions") == "2")
      #expect(throws: BrokerError.self) { try served.broker.reconfigure(["num.partitions": "x"]) }
      #expect(served.broker.serverConfig("num.partitions") == "2")
    }
  }

  @Test func `topics are not deleted where the server says so`() async throws {
    try await ServedBroker.run(serverConfig: ["delete.topic.enable": "false"]) { served in
      try await served.varve.createTopic("t")
      try await served.client { client in
        var request = DeleteTopicsRequest()
        request.names = ["t"]
        let response: DeleteTopicsResponse = try client.ask(request, version: 5)
        #expect(response.topics.map(\.errorCode) == [.topicDeletionDisabled])
      }
      let topics = try await served.varve.topics()
      #expect(topics.map(\.name.description) == ["t"])
    }
  }

  @Test("G26: IncrementalAlterConfigs appends and subtracts")
  func incremental() async throws {
    try await ServedBroker.run { served in
      try await served.varve.createTopic("t")
      try await served.client { client in
        func change(_ operation: Int8, _ name: String, _ value: String?) throws -> ErrorCode {
          var request = IncrementalAlterConfigsRequest()
          var resource = IncrementalAlterConfigsRequest.Resource()
          resource.type = 2
          resource.name = "t"
          var config = IncrementalAlterConfigsRequest.Resource.Config()
          (config.operation, config.name, config.value) = (operation, name, value)
          resource.configs = [config]
          request.resources = [resource]
          let response: IncrementalAlterConfigsResponse = try client.ask(request, version: 1)
          return response.resources[0].errorCode
        }
        func policy() throws -> String? {
          try Self.configs(client, names: ["cleanup.policy"])["cleanup.policy"]?.value
        }
        let steps: [(operation: Int8, value: String?)] = [
          (2, "compact"), (3, "delete"), (1, nil),
        ]
        var policies: [String?] = []
        for step in steps {
          let code = try change(step.operation, "cleanup.policy", step.value)
          #expect(code == ErrorCode.none)
          policies.append(try policy())
        }
        #expect(policies == ["delete,compact", "compact", "delete"])
        let refusals = [
          try change(2, "retention.ms", "5"), try change(0, "retention.ms", "soon"),
          try change(0, "no.such.config", "1"),
        ]
        #expect(refusals == [.invalidConfig, .invalidConfig, .invalidConfig])
      }
    }
  }

  @Test func `AlterConfigs takes back what it does not name`() async throws {
    try await ServedBroker.run { served in
      try await served.varve.createTopic("t", config: [TopicConfig("retention.bytes", "1000")])
      try await served.client { client in
        var request = AlterConfigsRequest()
        var resource = AlterConfigsRequest.Resource()
        resource.type = 2
        resource.name = "t"
        var config = AlterConfigsRequest.Resource.Config()
        (config.name, config.value) = ("segment.bytes", "1048576")
        resource.configs = [config]
        request.resources = [resource]
        let response: AlterConfigsResponse = try client.ask(request, version: 2)
        #expect(response.resources.map(\.errorCode) == [.none])
        let configs = try Self.configs(client)
        #expect(configs["segment.bytes"]?.value == "1048576")
        #expect(configs["retention.bytes"]?.value == "-1")
      }
    }
  }
}
