import Varve

extension TopicCommands {
  static let replay = Command(
    name: "replay", summary: "Print a topic's history in order of time, at its own pace or faster",
    details: """
      The partitions are merged by time: the oldest of their next records comes first. With --speed
      the gaps between records are those that their times have, divided by it.

      \(ReadRange.details)
      """,
    arguments: [.topic],
    options: [.at, .partition] + ReadRange.options + [
      .init(
        name: "speed", value: "X", help: "1 is the recorded pace; as fast as possible by default"),
      .format, .init(name: "json", help: "print a JSON object for each record"),
    ],
    examples: [
      .init(
        line: "varve replay orders --from @2026-11-24 --to @2026-11-25 --speed 3600",
        purpose: "a day in 24 seconds")
    ],
    run: replay)

  static func replay(_ call: Invocation) async throws {
    let range = try ReadRange(call)
    let printer = try RecordPrinter(call)
    let pace = try pace(call)
    try await call.withLog(.reading) { varve in
      let topic = try await call.topic(in: varve)
      let partitions = try call.partitions(of: topic)
      try range.check(partitions)
      let history = varve.replay(
        topic.topic.name.description,
        partition: call.has("partition") ? partitions[0].partition : nil, from: range.start,
        to: range.end, pace: pace, isolation: range.isolation)
      for try await element in history {
        try printer.print(element.record, of: element.partition)
        if pace != .unlimited { try printer.flush() }
      }
    }
  }

  private static func pace(_ call: Invocation) throws(UsageError) -> ReplayPace {
    guard let text = call.value("speed") else { return .unlimited }
    guard let speed = Double(text), speed > 0, speed.isFinite else {
      throw UsageError("--speed takes a number above 0, not '\(text)'")
    }
    return .recorded(speed: speed)
  }
}
