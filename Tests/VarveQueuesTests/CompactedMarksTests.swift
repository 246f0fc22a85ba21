import Testing
import Varve
import VarveBase
import VarveBroker
import VarveQueues
import VarveTestKit

/// Goal: ids that were handled are known as long as they count, though their marks are compacted.
@Suite(.timeLimit(.hang)) struct CompactedMarksTests {
  @Test func `S20: ids are remembered by marks that were compacted`() async throws {
    let varve = try Varve.inMemory()
    for topic in ["in", "out"] { try await varve.createTopic(topic) }
    // A millisecond later a transaction begins a segment, and all segments but the last are
    // compacted whenever it is looked.
    try await varve.createTopic(
      "marks",
      config: [
        TopicConfig("cleanup.policy", "compact"), TopicConfig("segment.ms", "1"),
        TopicConfig("min.cleanable.dirty.ratio", "0"),
      ])
    let time = ManualTime()
    let ids = (0..<20).map { "id \($0)" }
    var handled = try await Self.handle(ids, varve, time)
    #expect(handled == ids)
    // Their time is over: they are handled anew, and their first marks are of no use any more.
    time.advance(byMilliseconds: 20_000)
    await Self.clockHasMoved()
    handled = try await Self.handle(ids, varve, time)
    #expect(handled == ids)
    await Self.clockHasMoved()
    handled = try await Self.handle(["last"], varve, time)
    #expect(handled == ["last"])

    let cluster = try #require(varve.cluster as? LocalCluster)
    cluster.broker.runMaintenance()
    let marks = try await varve.committed("marks").compactMap(\.keyText)
    // Each of the ids was marked twice; the log may have compacted them by itself before.
    #expect(marks.count < 2 * ids.count && Set(marks).isSuperset(of: ids))
    handled = try await Self.handle(ids + ["new"], varve, time)
    #expect(handled == ["new"])
    try await varve.close()
  }

  /// Returns once a record gets a timestamp that is past `segment.ms`.
  private static func clockHasMoved() async {
    let start = SystemTime().now.rawValue
    while SystemTime().now.rawValue < start + 2 { await Task.yield() }
  }

  /// Sends messages, and returns those that a new handler handled.
  private static func handle(
    _ ids: [String], _ varve: Varve, _ time: ManualTime
  ) async throws -> [String] {
    let producer = try varve.producer()
    let end = "end \(time.now) \(ids.count)"
    for id in ids + [end] {
      try await producer.send("in", value: id, headers: [Header("varve.message.id", id)])
    }
    try await producer.close()
    var options = IdempotentHandler.Options()
    (options.timeToLive, options.time, options.marks) = (.seconds(10), time, "marks")
    let handler = try varve.idempotentHandler("h", group: "handlers", topic: "in", options: options)
    let running = Task {
      try await handler.run { record, output in
        try await output.send("out", value: record.text ?? "")
      }
    }
    let output = try await committed(until: end, varve)
    running.cancel()
    _ = await running.result
    return output
  }

  /// Waits until a record is committed to `out`, and returns those after the last such one.
  private static func committed(until end: String, _ varve: Varve) async throws -> [String] {
    var options = Consumer.Options()
    options.isolation = .readCommitted
    let consumer = try await varve.consumer(topics: ["out"], from: .earliest, options: options)
    defer { consumer.close() }
    var output: [String] = []
    while let batch = try await consumer.next() {
      for text in batch.compactMap(\.text) {
        if text == end { return output }
        output.append(text)
        if text.hasPrefix("end") { output = [] }
      }
    }
    return output
  }
}
