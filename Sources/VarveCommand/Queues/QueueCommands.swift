import Varve
import VarveQueues

/// The commands that look at queues, and wake what waits in them.
enum QueueCommands {
  static let all = [stat, peek, unpark]

  static let queue = Command.Argument(
    name: "QUEUE", help: "the queue: its topic, and its group unless --group names another")
  static let group = Command.Option(
    name: "group", value: "GROUP", help: "the share group; without it, the queue's name")

  private static let details = """
    Queues live in the log. The command opens its directory, so that no program may have it open
    meanwhile, or asks the broker that serves it.
    """

  static let stat = Command(
    name: "queue stat", summary: "Show how many jobs a queue has, and where they are",
    details: """
      Jobs are ready, wait for their time, are with workers, are parked until their token is named,
      or wait to be copied to the dead letters. A queue that was just opened has none with workers.
      AGE is that of the oldest job
      that is not done with, in seconds. IN/S and OUT/S are jobs a second over the last minute, and
      DRAIN is in how many seconds all are done with at these rates: a program that has had the log
      open knows them, as /metrics of a server does, and a command that just opened it does not.

      \(details)
      """,
    arguments: [queue], options: [.at, group, .json],
    examples: [
      .init(line: "varve queue stat mails --json | jq .remaining", purpose: "the jobs to be done")
    ],
    run: stat)

  static let peek = Command(
    name: "queue peek", summary: "Show the next jobs of a queue without taking them",
    details: """
      From the first job on that is not done with, in the order of offsets. Later ones may be done
      with already.

      \(details)
      """,
    arguments: [queue],
    options: [
      .at, group, .init(name: "max", value: "N", help: "so many at most; 10 by default"),
      .json,
    ],
    examples: [.init(line: "varve queue peek mails --max 1", purpose: "the oldest job")],
    run: peek)

  static let unpark = Command(
    name: "queue unpark", summary: "Wake the jobs of a queue that are parked under a token",
    details: """
      Prints how many there were: 0 where nothing is parked under the token.

      \(details)
      """,
    arguments: [queue, .init(name: "TOKEN", help: "what they were parked under")],
    options: [.directory, group, .json],
    examples: [.init(line: "varve queue unpark mails reply-17", purpose: "the reply has come")],
    run: unpark)
}

extension QueueCommands {
  static func stat(_ call: Invocation) async throws {
    try await call.withLog(.writing) { varve in
      let partitions = try await call.progress(in: varve)
      if call.isJSON { return try call.output.write(QueueText.json(partitions).line) }
      try call.output.write(QueueText.table(partitions).text)
    }
  }

  static func peek(_ call: Invocation) async throws {
    var left = Int(try call.number("max", in: 1...1_000_000) ?? 10)
    try await call.withLog(.writing) { varve in
      for partition in try await call.progress(in: varve) {
        var reader = try await varve.reader(
          partition.id.topic.description, partition: partition.id.partition,
          from: .offset(partition.startOffset), isolation: .readCommitted)
        while left > 0, let batch = try await reader.fetch() {
          for record in batch where left > 0 {
            left -= 1
            let line = QueueText.line(record, of: partition.id, isJSON: call.isJSON)
            try call.output.write(line)
          }
        }
      }
    }
  }
}

extension QueueCommands {
  static func unpark(_ call: Invocation) async throws {
    try await call.withLog(.writing) { varve in
      _ = try await call.progress(in: varve)
      let count = try await varve.unpark(
        call["TOKEN"], in: call.value("group") ?? call["QUEUE"])
      try call.output.write(
        call.isJSON ? JSON.object(["woken": .integer(count)]).line : "\(count)\n")
    }
  }
}

extension Invocation {
  /// Where the group of the queue that the command line names is. Throws where it has not begun.
  fileprivate func progress(in varve: Varve) async throws -> [SharedPartition] {
    let queue = self["QUEUE"]
    let group = value("group") ?? queue
    let partitions = try await varve.shareProgress(of: group).filter {
      $0.id.topic.description == queue
    }
    guard !partitions.isEmpty else {
      let names = try await varve.topics().map(\.name.description)
      guard names.contains(queue) else {
        throw CommandError(
          "there is no queue '\(queue)'" + suggestion(for: queue, among: names))
      }
      throw CommandError("group '\(group)' has taken nothing from '\(queue)' so far")
    }
    return partitions
  }
}
