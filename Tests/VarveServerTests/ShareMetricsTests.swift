import Testing
import Varve
import VarveBase
import VarveBroker
import VarveServer
import VarveTestKit

/// Goal: how much a share group has to do, since when and for how long is exported, and is so.
/// Method: a clock by hand, a handler of a known rate, and a model that counts; and a scrape.
@Suite struct ShareMetricsTests {
  private static let labels = ["group": "workers", "topic": "jobs"]

  /// A topic and a group that begins with its first record, on a simulated disk.
  private final class Line {
    let time = ManualTime()
    let broker: Broker
    let varve: Varve
    let consumer: ShareConsumer

    init() async throws {
      var options = Broker.Options()
      options.runsMaintenance = false
      options.serverConfigs = ["share.coordinator.state.topic.num.partitions": "1"]
      let disk = SimulatedFileSystem(seed: 1)
      broker = try Broker.open("data", on: disk, time: time, options: options)
      varve = Varve(LocalCluster(broker, time: time))
      try await varve.createTopic("jobs")
      try await varve.configureGroup("workers", [.begins(withFirstRecord: true)])
      var polling = ShareConsumer.Options()
      polling.pollTimeout = .zero
      consumer = try await varve.shareConsumer(
        group: "workers", topics: ["jobs"], options: polling)
    }

    func send(_ count: Int, _ sent: inout Int) throws {
      let id = TopicPartition(topic: try TopicName("jobs"), partition: 0)
      let bytes = try batch((sent..<sent + count).map { "\($0)" }, timestamp: time.now)
      _ = try broker.partition(id).append(bytes.bytes)
      sent += count
    }

    /// Takes what there is, in as many polls as that needs, and is done with it.
    func handle(upTo limit: Int) async throws -> [SharedRecord] {
      var records: [SharedRecord] = []
      while records.count < limit {
        let more = try await consumer.poll(recordsMax: limit - records.count)
        if more.isEmpty { break }
        try await consumer.acknowledge(more)
        records += more
      }
      return records
    }

    /// The page; the strict reader is for one of them, as it takes its time.
    func page() -> String {
      var exposition = Exposition()
      exposition.add(ShareMetrics(broker.shares.measures()))
      return exposition.text
    }
  }

  /// The value of a metric of the group on a page.
  private func value(_ name: String, _ page: String) -> Double? {
    let start = "\(name){group=\"workers\",topic=\"jobs\"} "
    let line = page.split(separator: "\n").first { $0.hasPrefix(start) }
    return line.flatMap { Double($0.dropFirst(start.count)) }
  }

  /// What a second was like.
  private struct Second {
    var sent: Int
    var handled: Int
    var remaining: Double?
    var age: Double?
    var forecast: Double?
  }

  /// Nine jobs a second, and 90 for two of them; a handler that takes up to ten a second. What the
  /// burst left is gone after 160 seconds, one of it each second.
  @Test func `S04: a burst is handled at the handler's rate, and the forecast ends at 0`()
    async throws
  {
    let line = try await Line()
    var seconds: [Second] = []
    var (sent, values) = (0, [String]())
    for number in 0..<180 {
      let before = sent
      try line.send((5..<7).contains(number) ? 90 : 9, &sent)
      line.time.advance(byMilliseconds: 1_000)
      let records = try await line.handle(upTo: 10)
      values += records.map { String(decoding: $0.value ?? ByteSlice(), as: UTF8.self) }
      let page = line.page()
      seconds.append(
        Second(
          sent: sent - before, handled: records.count,
          remaining: value("varve_share_remaining", page),
          age: value("varve_share_oldest_seconds", page),
          forecast: value("varve_share_drain_seconds", page)))
    }
    let last = try MetricsText(line.page())
    #expect(last.value("varve_share_drain_seconds", Self.labels) == 0)
    try await line.varve.close()
    #expect(values == (0..<sent).map { "\($0)" })
    try check(seconds)
  }

  private func check(_ seconds: [Second]) throws {
    let empty = try #require(seconds.indices.dropFirst(6).first { seconds[$0].remaining == 0 })
    var (waiting, due) = ([Int](), 0)
    for (number, second) in seconds.enumerated() {
      waiting += Array(repeating: number, count: second.sent)
      due += second.handled
      let left = waiting.dropFirst(due)
      #expect(second.remaining == Double(left.count), "second \(number)")
      #expect(second.age == (left.first.map { Double(number - $0 + 1) } ?? 0), "second \(number)")
      if (5..<empty).contains(number) { #expect(second.handled == 10, "second \(number)") }
      #expect(isSame(second.forecast, forecast(seconds, number)), "second \(number)")
    }
    // Once the burst is out of the window, the forecast is what comes true.
    for number in 67...empty {
      #expect(isSame(seconds[number].forecast, Double(empty - number)), "second \(number)")
    }
    #expect(seconds[6].forecast == .infinity && seconds.last?.forecast == 0)
  }

  /// But for rounding.
  private func isSame(_ left: Double?, _ right: Double?) -> Bool {
    guard let left, let right, left.isFinite, right.isFinite else { return left == right }
    return abs(left - right) < 1e-6
  }

  /// By the sums of the last minute.
  private func forecast(_ seconds: [Second], _ number: Int) -> Double? {
    let remaining = seconds[0...number].reduce(0) { $0 + $1.sent - $1.handled }
    let window = seconds[max(number - 59, 1)..<max(number + 1, 1)]
    guard !window.isEmpty else { return nil }
    let net = window.reduce(0) { $0 + $1.handled - $1.sent }
    if remaining == 0 { return 0 }
    guard net > 0 else { return .infinity }
    return Double(remaining) / (Double(net) / Double(window.count))
  }

  @Test func `S04: a scrape of a served log has what its share groups have to do`() async throws {
    try await ServedQueue.run(records: 5) { queue in
      let text = try await MetricsTests.withPort { port in
        port.begin(queue.served.server)
        let member = ShareMember("m", queue)
        // It stays connected: what a client has that is gone is ready again.
        let client = try await queue.served.client { client in
          var member = member
          try member.begin(client)
          let fetched = try member.fetch(client, records: 3)
          #expect(fetched.offsets == [0, 1, 2])
          let code = try member.acknowledge(client, 0...1, [1])
          #expect(code == ErrorCode.none)
          return client
        }
        defer { withExtendedLifetime(client) {} }
        return try await MetricsTests.page("/metrics", port).body
      }
      let metrics = try MetricsText(text)
      #expect(metrics.value("varve_share_remaining", Self.labels) == 3)
      let state = {
        metrics.value("varve_share_records", Self.labels.merging(["state": $0]) { $1 })
      }
      #expect(
        ["ready", "delayed", "locked", "failing", "parked"].map(state) == [2, 0, 1, 0, 0])
      #expect(metrics.value("varve_share_in_total", Self.labels) == 5)
      #expect(metrics.value("varve_share_out_total", Self.labels) == 2)
      let events = Self.labels.merging(["event": "accepted"]) { $1 }
      #expect(metrics.value("varve_share_events_total", events) == 2)
      #expect(metrics.value("varve_share_oldest_seconds", Self.labels) != nil)
      #expect(metrics.value("varve_share_topics_left_out") == 0)
    }
  }

  @Test func `no more topics are told of than there may be, those with the most to do`() throws {
    var measures: [BrokerShares.Measure] = []
    for number in 0..<8 {
      measures.append(
        BrokerShares.Measure(
          group: "g\(number)", id: TopicPartition(topic: try TopicName("t"), partition: 0),
          remaining: Int64(number)))
    }
    var exposition = Exposition()
    exposition.add(ShareMetrics(measures, topicsMax: 5))
    let metrics = try MetricsText(exposition.text)
    #expect(metrics.value("varve_share_topics_left_out") == 3)
    let told = metrics.families.first { $0.name == "varve_share_remaining" }?.samples
    #expect(told?.count == 5 && told?.contains { $0.value < 3 } == false)
    #expect(metrics.value("varve_share_drain_seconds", ["group": "g7", "topic": "t"]) == nil)
  }
}
