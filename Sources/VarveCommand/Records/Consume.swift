import Varve

extension TopicCommands {
  static let consume = Command(
    name: "topic consume", summary: "Print the records of a topic",
    details: """
      Ends at what is the end when it starts; with --follow it goes on with what is written later,
      by other processes too, until ^C. Without --partition one partition is printed after another;
      with --follow they take turns. With --group no program may have the directory open meanwhile;
      a broker shares the group's partitions among all its members.

      \(ReadRange.details)

      \(RecordFormat.help)
      """,
    arguments: [.topic],
    options: [.at, .partition] + ReadRange.options + [
      .init(
        name: "group", value: "GROUP",
        help: "go on where the group is, and commit what was printed"),
      .init(name: "max", value: "N", help: "end after so many records"),
      .init(name: "follow", help: "wait for more at the end"),
      .format, .init(name: "json", help: "print a JSON object for each record"),
    ],
    examples: [
      .init(
        line: "varve topic consume orders --format '%o %T %k %v %h\\n'",
        purpose: "offset, time, key, value and headers"),
      .init(
        line: "varve topic consume orders --from @2026-11-24T09:15 --max 10",
        purpose: "the first ten of each partition's since then"),
      .init(line: "varve topic consume orders --from latest --follow", purpose: "what comes"),
    ],
    run: consume)

  static func consume(_ call: Invocation) async throws {
    let range = try ReadRange(call)
    let limit = try call.number("max", in: 0...Int.max) ?? .max
    if call.has("follow") && call.has("to") {
      throw UsageError("--follow has no end, --to is one: use one of them")
    }
    var printing = Printing(printer: try RecordPrinter(call), left: limit)
    if let group = call.value("group") { return try await printing.print(call, of: group, range) }
    try await call.withLog(.reading) { varve in
      let partitions = try call.partitions(of: try await call.topic(in: varve))
      try range.check(partitions)
      if call.has("follow") {
        try await printing.follow(varve, partitions, range)
      } else {
        try await printing.print(varve, partitions, range)
      }
    }
  }
}

/// Prints records up to a number of them.
struct Printing {
  let printer: RecordPrinter
  /// How many more are printed.
  var left: Int

  /// Prints one partition after the other, up to the ends that they have now.
  mutating func print(
    _ varve: Varve, _ partitions: [TopicPartition], _ range: ReadRange
  ) async throws {
    var ends: [Offset] = []
    for partition in partitions {
      ends.append(try await varve.offset(of: range.end, in: partition, isolation: range.isolation))
    }
    for (partition, end) in zip(partitions, ends) where left > 0 {
      var reader = try await varve.reader(
        partition.topic.description, partition: partition.partition, from: range.start,
        isolation: range.isolation)
      while left > 0, reader.position < end, let batch = try reader.next() {
        try Task.checkCancellation()
        try print(batch, before: end)
      }
    }
  }

  /// Prints what there is and what comes, until the task is cancelled.
  mutating func follow(
    _ varve: Varve, _ partitions: [TopicPartition], _ range: ReadRange
  ) async throws {
    var options = Consumer.Options()
    options.isolation = range.isolation
    let consumer = try await varve.consumer(
      partitions: partitions, from: range.start, options: options)
    defer { consumer.close() }
    do {
      while left > 0, let batch = try await consumer.next() {
        try print(batch, before: Offset(.max))
        try printer.flush()
      }
    } catch let error as VarveError where error.code == .cancelled {
      // ^C is how following ends.
    }
  }

  mutating func print(_ batch: ConsumedBatch, before end: Offset) throws {
    for record in batch {
      guard left > 0, record.offset < end else { return }
      try printer.print(record, of: batch.source)
      left -= 1
    }
  }
}
