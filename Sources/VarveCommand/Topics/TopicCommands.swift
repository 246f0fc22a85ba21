import Varve

/// The commands that administer topics, and those that write and read their records.
enum TopicCommands {
  static let all = [create, list, describe, alter, delete, trim, produce, consume, replay]

  static let create = Command(
    name: "topic create", summary: "Create a topic, and the log's directory where it is missing",
    arguments: [.topic],
    options: [
      .at, .init(name: "partitions", value: "N", help: "how many partitions; 1 by default"),
      .config, .json,
    ],
    examples: [
      .init(
        line: "varve topic create orders --at data --partitions 6",
        purpose: "six sequences of orders"),
      .init(
        line: "varve topic create prices --config cleanup.policy=compact",
        purpose: "only the newest record of each key is kept"),
    ],
    run: create)

  static let list = Command(
    name: "topic list", summary: "List the topics", options: [.at, .json],
    examples: [.init(line: "varve topic list --at data", purpose: "names and partitions")],
    run: list)

  static let describe = Command(
    name: "topic describe", summary: "Show a topic's partitions and configs",
    arguments: [.topic], options: [.at, .json],
    examples: [
      .init(
        line: "varve topic describe orders --json | jq '.partitions[].endOffset'",
        purpose: "where each partition ends")
    ],
    run: describe)

  static let alter = Command(
    name: "topic alter", summary: "Change a topic's configs, or give it more partitions",
    arguments: [.topic],
    options: [
      .at, .config,
      .init(
        name: "reset", value: "NAME", repeats: true, help: "let a config be inherited again"),
      .init(name: "partitions", value: "N", help: "how many partitions it gets in all"),
    ],
    examples: [
      .init(
        line: "varve topic alter orders --config retention.ms=604800000 --reset segment.ms",
        purpose: "keep a week")
    ],
    run: alter)

  static let delete = Command(
    name: "topic delete", summary: "Delete a topic with all its records",
    arguments: [.topic], options: [.at],
    examples: [.init(line: "varve topic delete orders", purpose: "no way back")], run: delete)

  static let trim = Command(
    name: "topic trim", summary: "Delete a partition's records before an offset or a time",
    arguments: [.topic],
    options: [
      .at, .init(name: "partition", value: "N", help: "the partition"),
      .init(
        name: "before", value: "POSITION",
        help: "an OFFSET, @TIMESTAMP (milliseconds since 1970 or ISO 8601), or end"),
      .json,
    ],
    examples: [
      .init(
        line: "varve topic trim orders --partition 0 --before @2026-01-01",
        purpose: "what is older than the year"),
      .init(
        line: "varve topic trim orders --partition 0 --before end", purpose: "all of it"),
    ],
    run: trim)
}
