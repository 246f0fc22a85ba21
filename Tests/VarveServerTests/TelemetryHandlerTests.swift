import Testing
import Varve
import VarveBase
import VarveBroker
import VarveLog
import VarveProtocol
import VarveServer
import VarveTestSupport

/// Goal: clients are asked for the metrics that a resource names, and what they push is shown.
/// Method: requests on a socket, and the page of metrics.
@Suite struct TelemetryHandlerTests {
  private static func alter(
    _ client: WireClient, _ name: String, _ configs: [(String, Int8, String?)]
  ) throws -> ErrorCode {
    var request = IncrementalAlterConfigsRequest()
    var resource = IncrementalAlterConfigsRequest.Resource()
    (resource.type, resource.name) = (16, name)
    resource.configs = configs.map { name, operation, value in
      var config = IncrementalAlterConfigsRequest.Resource.Config()
      (config.name, config.operation, config.value) = (name, operation, value)
      return config
    }
    request.resources = [resource]
    let response: IncrementalAlterConfigsResponse = try client.ask(request, version: 1)
    return response.resources[0].errorCode
  }

  private static func ask(
    _ client: WireClient, _ id: TopicID = .zero
  ) throws -> GetTelemetrySubscriptionsResponse {
    var request = GetTelemetrySubscriptionsRequest()
    request.clientInstanceID = id
    return try client.ask(request, version: 0)
  }

  private static func push(
    _ client: WireClient, _ id: TopicID, _ subscription: Int32, _ metrics: ByteSlice,
    codec: Int8 = 0, isLast: Bool = false
  ) throws -> ErrorCode {
    var request = PushTelemetryRequest()
    (request.clientInstanceID, request.subscriptionID) = (id, subscription)
    (request.metrics, request.compressionType, request.isTerminating) = (metrics, codec, isLast)
    let response: PushTelemetryResponse = try client.ask(request, version: 0)
    return response.errorCode
  }

  @Test func `a client is asked for what a resource of client metrics says`() async throws {
    try await ServedBroker.run { served in
      try await served.client { client in
        let none = try Self.ask(client)
        #expect(none.errorCode == ErrorCode.none && none.clientInstanceID != .zero)
        #expect(none.requestedMetrics == [] && none.pushIntervalMilliseconds == 300_000)
        #expect(none.telemetryMaxBytes == 1 << 20)
        #expect(none.acceptedCompressionTypes.contains(1))
        let again = try Self.ask(client, none.clientInstanceID)
        #expect(again.errorCode == .throttlingQuotaExceeded)
        let codes = try [
          Self.alter(client, "all", [("interval.ms", 0, "60000"), ("metrics", 0, "a.")]),
          Self.alter(client, "all", [("metrics", 2, "b."), ("match", 2, "client_id=wire-.*")]),
          Self.alter(client, "others", [("metrics", 0, "*"), ("match", 0, "client_id=x")]),
          Self.alter(client, "wrong", [("interval.ms", 0, "1")]),
          Self.alter(client, "wrong", [("interval.ms", 2, "60000")]),
          Self.alter(client, "", [("interval.ms", 0, "60000")]),
        ]
        #expect(codes == [.none, .none, .none, .invalidConfig, .invalidConfig, .invalidRequest])
        let some = try Self.ask(client, none.clientInstanceID)
        #expect(some.errorCode == ErrorCode.none)
        #expect(some.requestedMetrics == ["a.", "b."] && some.pushIntervalMilliseconds == 60_000)
        #expect(some.clientInstanceID == none.clientInstanceID)
        #expect(some.subscriptionID != none.subscriptionID)
      }
    }
  }

  @Test func `resources of client metrics are listed, described and removed`() async throws {
    try await ServedBroker.run { served in
      try await served.client { client in
        let code = try Self.alter(
          client, "all", [("interval.ms", 0, "60000"), ("metrics", 0, "*")])
        #expect(code == ErrorCode.none)
        for version in [0, 1] as [Int16] {
          let list: ListConfigResourcesResponse = try client.ask(
            ListConfigResourcesRequest(), version: version)
          let names = list.resources.filter { version == 0 || $0.type == 16 }.map(\.name)
          #expect(names == ["all"])
        }
        var request = DescribeConfigsRequest()
        var resource = DescribeConfigsRequest.Resource()
        (resource.type, resource.name) = (16, "all")
        request.resources = [resource]
        let described: DescribeConfigsResponse = try client.ask(request, version: 4)
        let configs = described.resources[0].configs
        #expect(configs.map(\.name) == ["interval.ms", "match", "metrics"])
        #expect(configs.map(\.value) == ["60000", "", "*"])
        // 7 is what the resource sets, 5 the default.
        #expect(configs.map(\.source) == [7, 5, 7])
        let removed = try Self.alter(client, "all", [("interval.ms", 1, nil), ("metrics", 1, nil)])
        #expect(removed == ErrorCode.none)
        let list: ListConfigResourcesResponse = try client.ask(
          ListConfigResourcesRequest(), version: 0)
        #expect(list.resources.isEmpty)
      }
    }
  }

  @Test func `what a client pushes is on the page of metrics`() async throws {
    let data = PushedMetricsTests.data([
      ("org.apache.kafka.producer.connection.creation.total", [], 3),
      ("org.apache.kafka.producer.node.request.latency.avg", [("node.id", "1")], 12.5),
    ])
    let (text, id) = try await ServedBroker.run { served in
      try await MetricsTests.withPort { port in
        port.begin(served.server)
        let id = try await served.client { client in
          var named = ApiVersionsRequest()
          (named.clientSoftwareName, named.clientSoftwareVersion) = ("tests", "1.0")
          let _: ApiVersionsResponse = try client.ask(named, version: 3)
          let asked = try Self.ask(client)
          let id = asked.clientInstanceID
          let code = try Self.push(client, id, asked.subscriptionID, data)
          #expect(code == ErrorCode.none)
          let tooSoon = try Self.push(client, id, asked.subscriptionID, data)
          #expect(tooSoon == .throttlingQuotaExceeded)
          return id.description
        }
        return (try await MetricsTests.page("/metrics", port).body, id)
      }
    }
    let metrics = try MetricsText(text)
    let client = ["client_instance_id": id, "client_id": "wire-client"]
    let said = client.merging(["software": "tests 1.0"]) { $1 }
    #expect(metrics.value("varve_client_pushes_total", said) == 1)
    #expect(metrics.value("varve_client_pushed_bytes_total", said) == Double(data.count))
    let total = [
      "metric": "org.apache.kafka.producer.connection.creation.total", "attributes": "",
    ]
    #expect(metrics.value("varve_client_metric", client.merging(total) { $1 }) == 3)
    let average = [
      "metric": "org.apache.kafka.producer.node.request.latency.avg", "attributes": "node.id=1",
    ]
    #expect(metrics.value("varve_client_metric", client.merging(average) { $1 }) == 12.5)
    #expect(metrics.value("varve_client_series_dropped_total") == 0)
  }

  @Test func `what cannot be read is refused, and a bomb is not unpacked`() async throws {
    // Members of gzip one after the other, 2 MiB in all.
    let bomb = ByteSlice([[UInt8]](repeating: Array(Self.zeros), count: 32).joined())
    let fine = Self.gauge
    let cases: [(metrics: ByteSlice, codec: Int8, code: ErrorCode)] = [
      (ByteSlice([1, 2, 3]), 0, .invalidRecord), (ByteSlice([1, 2, 3]), 1, .invalidRecord),
      (bomb, 1, .telemetryTooLarge), (fine, 1, .none), (fine, 9, .unsupportedCompressionType),
      (fine, -1, .unsupportedCompressionType), (ByteSlice(), 1, .none),
    ]
    try await ServedBroker.run { served in
      try await served.client { client in
        for (metrics, codec, code) in cases {
          let asked = try Self.ask(client)
          let answer = try Self.push(
            client, asked.clientInstanceID, asked.subscriptionID, metrics, codec: codec)
          #expect(answer == code)
        }
        let nobody = try Self.push(client, .zero, 0, fine, codec: 1)
        #expect(nobody == .invalidRequest)
        let asked = try Self.ask(client)
        for code in [ErrorCode.none, .invalidRequest] {
          let answer = try Self.push(
            client, asked.clientInstanceID, asked.subscriptionID, fine, codec: 1, isLast: true)
          #expect(answer == code)
        }
      }
    }
  }

  /// A gauge `a` that is 1, as Python's gzip compresses it.
  private static let gauge = ByteSlice(
    GoldenData.bytes(
      hexadecimal: "1f8b0800000000000203e31211121212e0624cd4e2e6e2546400830ff600eba93c9a16000000"))

  /// 64 KiB of zeros, likewise.
  private static let zeros = ByteSlice(
    GoldenData.bytes(
      hexadecimal:
        "1f8b0800000000000203edc101010000008090feafee080a00000000000000000000000000000000"
        + "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
        + "000000000000006aeb8e97d700000100"))
}
