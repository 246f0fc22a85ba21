import Varve

/// `varve trace`: the way of one record.
enum TraceCommands {
  static let all = [trace]

  static let trace = Command(
    name: "trace", summary: "Send one record, and show each step of its way to a consumer",
    details: """
      The record is appended to the topic for good. A consumer group of its own receives it, which
      is deleted afterwards. --json has the microseconds since the first step, too.
      """,
    arguments: [.topic],
    options: [.at, .init(name: "value", value: "TEXT", help: "'trace' by default"), .json],
    examples: [.init(line: "varve trace orders", purpose: "produce, ack, fetch, process, commit")],
    run: trace)

  static func trace(_ call: Invocation) async throws {
    try await call.withLog(.writing) { varve in
      let topic = try await call.topic(in: varve).topic.name.description
      var trace = Trace()
      try await trace.follow(call.value("value") ?? "trace", to: topic, in: varve)
      try call.output.write(call.isJSON ? trace.json.line : trace.text)
    }
  }
}

/// The steps of one record, in their order.
private struct Trace {
  private struct Step {
    let name: String
    let place: String
    let time: ContinuousClock.Instant
  }

  private var steps: [Step] = []

  private mutating func note(_ name: String, _ place: String) {
    steps.append(Step(name: name, place: place, time: .now))
  }

  /// Sends a record and receives it, as two programs would.
  mutating func follow(_ value: String, to topic: String, in varve: Varve) async throws {
    let producer = try varve.producer()
    note("produce", topic)
    let receipt = try await producer.send(topic, value: value)
    note("ack", "\(receipt.partition) at \(receipt.offset)")
    let group = "varve-trace-\(receipt.partition)-\(receipt.offset)"
    var options = GroupConsumer.Options()
    options.commit = .manual
    options.start = .timestamp(receipt.timestamp)
    let consumer = try await varve.consumer(group: group, topics: [topic], options: options)
    for try await batch in consumer.batches where batch.source == receipt.partition {
      guard let record = batch.first(where: { $0.offset == receipt.offset }) else { continue }
      note("fetch", "\(batch.source) at \(record.offset)")
      note("process", record.text ?? "null")
      let next = OffsetAndMetadata(record.offset + 1)
      try await consumer.commit([batch.source: next])
      note("commit", "\(batch.source) at \(next.offset)")
      break
    }
    await consumer.close()
    try await varve.deleteGroup(group)
  }

  var text: String {
    var table = Table("STEP", "WHERE")
    for step in steps { table.add(step.name, step.place) }
    return table.text
  }

  var json: JSON {
    let start = steps.first?.time ?? .now
    return .array(
      steps.map { step in
        .object([
          "step": .string(step.name), "where": .string(step.place),
          "microseconds": .integer(Int64((step.time - start) / .microseconds(1))),
        ])
      })
  }
}
