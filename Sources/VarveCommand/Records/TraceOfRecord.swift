import Varve
import VarveBase

/// `varve trace TOPIC/PARTITION@OFFSET`: what happened to a record that is there.
extension TraceCommands {
  static func traceRecord(at place: TracePlace, _ call: Invocation) async throws {
    guard !call.has("value") else {
      throw UsageError("--value is of a record that is sent, and \(place) is one that is there")
    }
    let stops = try await call.withLog(.reading) { varve in
      var tracer = RecordTracer(varve)
      tracer.letterTopics = call.values("letters")
      return try await tracer.trace(place)
    }
    if call.isJSON { return try call.output.write(JSON.array(stops.map(\.json)).line) }
    try call.output.write(stops.map(\.text).joined(separator: "\n"))
    let groups = Set(stops.flatMap(\.untracedGroups)).sorted()
    guard !groups.isEmpty else { return }
    let names = groups.map { "'\($0)'" }.joined(separator: ", ")
    StandardError.write(
      """
      what share group \(names) delivered was not written down, but for what its state has left.
      The group's config varve.trace.enable=true writes down what comes from then on.
      """)
  }
}

extension RecordTracer.Stop {
  fileprivate var text: String {
    var table = Table("STEP", "TIME", "GROUP", "WHAT")
    for step in steps {
      table.add(step.name.rawValue, step.time?.text ?? "-", step.group ?? "-", step.words)
    }
    return "\(record.place)\(origin.map { ", \($0.words)" } ?? "")\n\(table.text)"
  }

  fileprivate var json: JSON {
    .object([
      "place": .string("\(record.place)"),
      "origin": origin.map { .string("\($0.place)") } ?? .null,
      "relation": origin.map { .string($0.relation) } ?? .null,
      "steps": .array(steps.map(\.json)),
      "groupsNotTraced": .array(untracedGroups.map { .string($0) }),
    ])
  }
}

extension RecordTracer.Origin {
  fileprivate var relation: String {
    switch self {
    case .letter: "letter"
    case .redriven: "redriven"
    }
  }

  fileprivate var words: String {
    switch self {
    case .letter(let place): "the dead letter of \(place)"
    case .redriven(let place): "sent back from \(place)"
    }
  }
}

extension TraceStep {
  fileprivate var words: String {
    var words = deliveries.map { name == .fetch ? "delivery \($0)" : "after delivery \($0)" } ?? ""
    if let member {
      words += (words.isEmpty ? "" : " ") + (name == .fetch ? "to \(member)" : "by \(member)")
    }
    if !detail.isEmpty { words += (words.isEmpty ? "" : ": ") + detail }
    return words
  }

  fileprivate var json: JSON {
    .object([
      "step": .string(name.rawValue), "time": time.map { .whole($0.rawValue) } ?? .null,
      "group": group.map { .string($0) } ?? .null,
      "member": member.map { .string($0) } ?? .null,
      "deliveries": deliveries.map { .integer($0) } ?? .null, "detail": .string(detail),
    ])
  }
}
