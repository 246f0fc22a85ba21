import Varve
import VarveQueues

/// The commands that look at dead letters, and send them back.
enum DeadLetterCommands {
  static let all = [list, show, redrive]

  static let topic = Command.Argument(
    name: "TOPIC", help: "the topic of dead letters, QUEUE.dead of a queue")
  static let place = Command.Argument(
    name: "PLACE", help: "PARTITION@OFFSET, as varve dlq list prints it")

  private static let details = """
    Dead letters live in the log. The command opens its directory, so that no program may have it
    open meanwhile, or asks the broker that serves it.
    """

  static let list = Command(
    name: "dlq list", summary: "List dead letters, with where they came from and why",
    details: details, arguments: [topic],
    options: [
      .at, .init(name: "max", value: "N", help: "so many at most"), .json,
    ],
    examples: [.init(line: "varve dlq list mails.dead", purpose: "what failed, and why")],
    run: list)

  static let show = Command(
    name: "dlq show", summary: "Show a dead letter with its headers and its value",
    details: details, arguments: [topic, place], options: [.at, .json],
    examples: [.init(line: "varve dlq show mails.dead 0@17", purpose: "one of them")],
    run: show)

  static let redrive = Command(
    name: "dlq redrive", summary: "Send dead letters back to where they came from",
    details: """
      Goes on where the last call ended, and sends each letter once: a call that was cut short is
      repeated. The letters stay in their topic. One that was sent back 3 times is left where it is.

      \(details)
      """,
    arguments: [topic],
    options: [
      .at, .init(name: "max", value: "N", help: "so many at most"),
      .init(
        name: "since", value: "@TIMESTAMP",
        help: "pass over records stamped earlier (milliseconds since 1970 or ISO 8601)"),
      .init(name: "to", value: "TOPIC", help: "another topic than the one they came from"),
      .init(name: "dry-run", help: "only say what would be done"), .json,
    ],
    examples: [
      .init(line: "varve dlq redrive mails.dead --dry-run", purpose: "how many would be sent"),
      .init(line: "varve dlq redrive mails.dead --max 100", purpose: "the first hundred"),
    ],
    run: redrive)
}

extension DeadLetterCommands {
  static func list(_ call: Invocation) async throws {
    let count = Int(try call.number("max", in: 1...Int64(Int.max)) ?? Int64.max)
    try await call.withLog(.writing) { varve in
      let letters = try await varve.deadLetters(call["TOPIC"]).list(max: count)
      if call.isJSON { return try call.output.write(JSON.array(letters.map(\.json)).line) }
      var table = Table("PLACE", "ORIGIN", ">DELIVERIES", ">REDRIVEN", "REASON")
      for letter in letters {
        table.add(
          letter.placeText, letter.originText ?? "-", letter.deliveryCount.map { "\($0)" } ?? "-",
          "\(letter.redriveCount)", letter.reason ?? "-")
      }
      try call.output.write(table.text)
    }
  }

  static func show(_ call: Invocation) async throws {
    let parts = call["PLACE"].split(separator: "@")
    guard parts.count == 2, let partition = Int32(parts[0]), let offset = Int64(parts[1]) else {
      throw UsageError("PLACE is PARTITION@OFFSET, such as 0@17, not '\(call["PLACE"])'")
    }
    try await call.withLog(.writing) { varve in
      let dead = varve.deadLetters(call["TOPIC"])
      guard let letter = try await dead.letter(partition: partition, offset: Offset(offset)) else {
        throw CommandError("there is no dead letter at \(call["PLACE"]) of '\(call["TOPIC"])'")
      }
      try call.output.write(call.isJSON ? letter.json.line : letter.text)
    }
  }

  static func redrive(_ call: Invocation) async throws {
    var options = RedriveOptions()
    options.max = Int(try call.number("max", in: 1...Int64(Int.max)) ?? Int64.max)
    options.target = call.value("to")
    options.isDryRun = call.has("dry-run")
    if let since = call.value("since") {
      guard since.hasPrefix("@"), let time = Timestamp(text: since.dropFirst()) else {
        throw UsageError(
          "--since takes @TIMESTAMP, in milliseconds since 1970 or in ISO 8601, not '\(since)'")
      }
      options.since = time
    }
    let chosen = options
    try await call.withLog(.writing) { varve in
      let result = try await varve.deadLetters(call["TOPIC"]).redrive(chosen)
      if call.isJSON { return try call.output.write(result.json.line) }
      var table = Table(">SENT", ">TOO OLD", ">LOOPING", ">WITHOUT ORIGIN")
      table.add(
        "\(result.sent)", "\(result.tooOld)", "\(result.looping)", "\(result.withoutOrigin)")
      try call.output.write(table.text)
    }
  }
}

extension DeadLetter {
  fileprivate var placeText: String { "\(place.partition)@\(record.offset)" }

  fileprivate var originText: String? {
    guard let origin, let originOffset else { return nil }
    return "\(origin.topic)/\(origin.partition)@\(originOffset)"
  }

  fileprivate var json: JSON {
    .object([
      "place": .string(placeText), "origin": originText.map { .string($0) } ?? .null,
      "group": group.map { .string($0) } ?? .null,
      "deliveries": deliveryCount.map { .integer($0) } ?? .null,
      "redriven": .integer(redriveCount), "reason": reason.map { .string($0) } ?? .null,
      "key": QueueText.optional(record.key), "value": QueueText.optional(record.value),
      "headers": QueueText.headers(record.headers),
    ])
  }

  fileprivate var text: String {
    let headers = record.headers.map { header in
      "header      \(QueueText.text(header.name)): \(QueueText.text(header.value))\n"
    }
    return """
      origin      \(originText ?? "-")
      group       \(group ?? "-")
      deliveries  \(deliveryCount.map { "\($0)" } ?? "-")
      redriven    \(redriveCount)
      reason      \(reason ?? "-")
      key         \(record.key.map { QueueText.text($0) } ?? "-")
      \(headers.joined())
      \(QueueText.text(record.value))

      """
  }
}

extension RedriveResult {
  fileprivate var json: JSON {
    .object([
      "sent": .integer(sent), "tooOld": .integer(tooOld), "looping": .integer(looping),
      "withoutOrigin": .integer(withoutOrigin),
    ])
  }
}
