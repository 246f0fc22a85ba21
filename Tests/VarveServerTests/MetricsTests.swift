import Foundation
import Testing
import Varve
import VarveBase
import VarveBroker
import VarveProtocol
import VarveServer
import VarveTestKit
import VarveTestSupport

/// Goal: what a scraper reads is well formed, and is what happened. Method: known work on a socket,
/// then the page, read by a strict reader of our own.
@Suite struct MetricsTests {
  /// What HTTP answers to a GET.
  struct Page {
    let status: Int
    let body: String

    /// Nil where the port hung up: it gives a page half a minute, and the page waits for the
    /// coordinators, whose threads other tests keep busy for longer now and then.
    init?(_ path: String, port: UInt16, method: String) throws {
      let client = try WireClient(port: port)
      try client.send(Array("\(method) \(path) HTTP/1.0\r\n\r\n".utf8))
      var bytes: [UInt8] = []
      while let byte = try client.receive(1) { bytes += byte }
      let text = String(decoding: bytes, as: UTF8.self)
      guard !text.isEmpty else { return nil }
      let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
      status = Int(text.split(separator: " ")[1]) ?? 0
      body = parts.count > 1 ? String(parts[1]) : ""
    }
  }

  static func page(_ path: String, _ port: OperationsPort, method: String = "GET") async throws
    -> Page
  {
    let number = port.address.port
    return try await onThread {
      for _ in 0..<20 {
        if let page = try Page(path, port: number, method: method) { return page }
      }
      throw WireClient.Failure(description: "no answer to \(method) \(path)")
    }
  }

  static func withPort<Result>(
    _ body: (OperationsPort) async throws -> Result
  ) async throws -> Result {
    let port = try OperationsPort(at: SocketAddress(host: "127.0.0.1", port: 0))
    let result: Result
    do { result = try await body(port) } catch {
      await port.stop()
      throw error
    }
    await port.stop()
    return result
  }

  /// Produces and fetches, once in vain, and commits what a group has read.
  private static func work(_ client: WireClient) throws {
    for value in ["a", "b", "c"] {
      let request = ProduceRequest("t", 1, batch: try batch([value]))
      let _: ProduceResponse = try client.ask(request, version: 9)
    }
    let wrong = ProduceRequest("t", 7, batch: try batch(["d"]))
    let _: ProduceResponse = try client.ask(wrong, version: 9)
    let _: FetchResponse = try client.ask(FetchRequest("t", 1), version: 12)
    var commit = OffsetCommitRequest()
    commit.groupID = "readers"
    var topic = OffsetCommitRequest.Topic()
    topic.name = "t"
    var partition = OffsetCommitRequest.Topic.Partition()
    (partition.partitionIndex, partition.committedOffset) = (1, 1)
    topic.partitions = [partition]
    commit.topics = [topic]
    let response: OffsetCommitResponse = try client.ask(commit, version: 8)
    #expect(response.topics.first?.partitions.map(\.errorCode) == [.none])
  }

  @Test("G59: the page has what happened, in the format of Prometheus")
  func page() async throws {
    let (text, syncs) = try await ServedBroker.run { served in
      try await served.varve.createTopic(
        "t", partitions: 2, config: [TopicConfig("varve.durability", "group")])
      return try await Self.withPort { port in
        port.begin(served.server)
        try await served.client { try Self.work($0) }
        return (try await Self.page("/metrics", port), served.broker.syncCount)
      }
    }
    #expect(text.status == 200)
    let metrics = try MetricsText(text.body)
    #expect(metrics.value("varve_ready") == 1)
    #expect(metrics.value("varve_requests_total", ["api": "Produce"]) == 4)
    #expect(metrics.value("varve_requests_total", ["api": "Fetch"]) == 1)
    #expect(metrics.value("varve_requests_total", ["api": "OffsetCommit"]) == 1)
    #expect(metrics.value("varve_requests_total", ["api": "JoinGroup"]) == nil)
    #expect(metrics.value("varve_request_seconds_count", ["api": "Produce"]) == 4)
    let errors = metrics.families.first { $0.name == "varve_request_errors_total" }
    #expect(
      errors?.samples.map(\.labels) == [["api": "Produce", "error": "UNKNOWN_TOPIC_OR_PARTITION"]])
    #expect(errors?.samples.map(\.value) == [1])
    #expect(metrics.value("varve_connections_opened_total") == 1)
    let of = { (partition: Int) in ["topic": "t", "partition": String(partition)] }
    #expect(metrics.value("varve_log_end_offset", of(0)) == 0)
    #expect(metrics.value("varve_log_end_offset", of(1)) == 3)
    #expect(metrics.value("varve_log_segments", of(1)) == 1)
    #expect(
      metrics.value("varve_group_lag", ["group": "readers", "topic": "t", "partition": "1"]) == 2)
    #expect(metrics.value("varve_groups", ["state": "Empty"]) == 1)
    #expect(syncs >= 3)
    #expect(metrics.value("varve_syncs_total") == Double(syncs))
  }

  @Test("G59: bytes in and out are those that a client counted")
  func bytes() async throws {
    let sent: (request: Int, response: Int) = (4 + 10, 0)
    let metrics = try await ServedBroker.run { served in
      try await Self.withPort { port in
        port.begin(served.server)
        let response = try await served.client { client in
          // ApiVersions in version 0: length, key, version, correlation id, no client id.
          try client.send([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 255, 255])
          let length = try #require(try client.receive(4))
          let count = length.reduce(0) { $0 << 8 | Int($1) }
          _ = try client.receive(count)
          return 4 + count
        }
        let text = try await Self.page("/metrics", port).body
        return (try MetricsText(text), response)
      }
    }
    #expect(metrics.0.value("varve_received_bytes_total") == Double(sent.request))
    #expect(metrics.0.value("varve_sent_bytes_total") == Double(metrics.1))
  }

  @Test("G59: every metric is in the article, and every one of the article is there")
  func documented() async throws {
    let text = try await ServedBroker.run { served in
      try await Self.withPort { port in
        port.begin(served.server)
        return try await Self.page("/metrics", port).body
      }
    }
    let names = Set(try MetricsText(text).families.map(\.name))
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/Varve/Varve.docc/Serving.md")
    let article = try String(contentsOf: file, encoding: .utf8)
    let documented = article.matches(of: /`(varve_[a-z_]+)`/).map { String($0.1) }
    #expect(names == Set(documented))
  }

  @Test("G59: not ready while it starts, drains, or the disk is full; alive all the time")
  func readiness() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    var options = Broker.Options()
    options.runsMaintenance = false
    let broker = try Broker.open("data", on: disk, options: options)
    var serverOptions = ServerOptions()
    serverOptions.listeners = [ListenerOptions(SocketAddress(host: "127.0.0.1", port: 0))]
    serverOptions.loopCount = 1
    let server = try Server(broker, options: serverOptions)
    let statuses = try await Self.withPort { port in
      var statuses: [Int] = []
      var words: [String] = []
      func look() async throws {
        let ready = try await Self.page("/readyz", port)
        statuses += [try await Self.page("/healthz", port).status, ready.status]
        words.append(String(ready.body.prefix { $0 != ":" && $0 != "\n" }))
      }
      try await look()
      port.begin(server)
      try await look()
      disk.setCapacity(1 << 20)
      try await look()
      disk.setCapacity(.max)
      try await look()
      port.drain()
      try await look()
      #expect(words == ["starting", "ok", "the disk is full", "ok", "draining"])
      return statuses
    }
    await server.stop()
    try broker.close()
    #expect(statuses == [200, 503, 200, 200, 200, 503, 200, 200, 200, 503])
  }

  @Test func `a page that is not there, and a method that is not answered`() async throws {
    let (missing, posted, stopped) = try await ServedBroker.run { served in
      try await Self.withPort { port in
        port.begin(served.server)
        let missing = try await Self.page("/", port).status
        let posted = try await Self.page("/metrics", port, method: "DELETE").status
        await served.server.stop()
        return (missing, posted, try await Self.page("/metrics", port))
      }
    }
    #expect(missing == 404)
    #expect(posted >= 400)
    // A server that has ended has no loops to ask.
    #expect(stopped.status == 200)
    #expect(try MetricsText(stopped.body).value("varve_connections") == nil)
  }
}

/// Goal: counts fall into the right bucket, and text cannot break out of a label. Method: a slow
/// model, and the strict reader.
@Suite struct ExpositionTests {
  @Test func `a time counts in the first bucket whose bound it does not exceed`() {
    let bounds = RequestCount.boundsInSeconds
    #expect(bounds.first == 32e-6 && bounds.count == 20)
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<2_000 {
      let time = UInt64.random(
        in: 0..<(1 << UInt64.random(in: 1..<40, using: &generator)), using: &generator)
      var request = RequestCount()
      request.add(time)
      let expected = bounds.firstIndex { Double((time + 999) / 1_000) / 1e6 <= $0 }
      #expect(request.buckets.firstIndex(of: 1) == expected, "\(time)")
      #expect(request.count == 1 && request.nanoseconds == time)
    }
  }

  @Test func `what is in a label stays there`() throws {
    let value = "a\\\"b\n# TYPE x"
    var exposition = Exposition()
    exposition.begin("x_total", .counter, "Something.")
    exposition.add("x_total", ["name": value], 3)
    let metrics = try MetricsText(exposition.text)
    #expect(metrics.value("x_total", ["name": value]) == 3)
  }

  @Test(arguments: [
    "x 1\n", "# HELP x a\n# TYPE x gauge\nx 1", "# HELP x a\n# TYPE x gauge\ny 1\n",
    "# HELP x a\n# TYPE x gauge\nx 1\nx 1\n", "# HELP x a\n# TYPE x counter\nx 1\n",
    "# HELP x a\n# TYPE x gauge\nx{a=\"b} 1\n", "# HELP x a\n# TYPE x gauge\nx one\n",
  ])
  func `the reader refuses what is none`(text: String) {
    #expect(throws: MetricsText.Failure.self) { try MetricsText(text) }
  }
}
