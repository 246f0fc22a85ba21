import Varve

/// `varve trace`: the way of one record.
enum TraceCommands {
  static let all = [trace]

  static let trace = Command(
    name: "trace", summary: "Show each step of a record's way: of one that is there, or is sent",
    details: """
      Of a record that is there, TOPIC/PARTITION@OFFSET, it shows who wrote it, what became of its
      transaction, and what consumers did with it; the same of its dead letter and of what was sent
      back from there, or of what it was itself before. A share group's deliveries are written down,
      for a week, where its config varve.trace.enable is true; else its state has what is left.
      Dead letters are looked for in TOPIC.dead, and in the topics of --letters. The commits of
      consumer groups are those that compaction has left. A program may have the log open meanwhile.

      Of a topic, a record is sent to it, and stays there for good. A consumer group of its own
      receives it, which is deleted afterwards; --json has the microseconds since the first step.
      No program may have the directory open meanwhile; a broker is asked.
      """,
    arguments: [
      .init(name: "NAME", help: "TOPIC/PARTITION@OFFSET of a record, or a topic to send one to")
    ],
    options: [
      .at,
      .init(
        name: "letters", value: "TOPIC", repeats: true, help: "dead letters may be there, too"),
      .init(name: "value", value: "TEXT", help: "what is sent; 'trace' by default"), .json,
    ],
    examples: [
      .init(line: "varve trace orders/0@17", purpose: "what happened to a record"),
      .init(line: "varve trace orders", purpose: "produce, ack, fetch, process, commit"),
    ],
    run: trace)

  static func trace(_ call: Invocation) async throws {
    let name = call["NAME"]
    if name.contains("/") || name.contains("@") {
      guard let place = TracePlace(name) else {
        throw UsageError(
          "a record is named TOPIC/PARTITION@OFFSET, such as orders/0@17, not '\(name)'")
      }
      return try await traceRecord(at: place, call)
    }
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
