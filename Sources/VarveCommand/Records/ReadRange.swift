import Varve

/// What part of a topic is read: from where, to where, and whose records.
struct ReadRange {
  let start: StartPosition
  let end: StartPosition
  let isolation: Isolation

  static let options: [Command.Option] = [
    .init(
      name: "from", value: "POSITION",
      help: "earliest, the default; latest; an OFFSET; @TIMESTAMP"),
    .init(
      name: "to", value: "POSITION",
      help: "stop before it; latest, the default: where the end is now"
    ),
    .isolation,
  ]

  static let details = """
    POSITION is earliest, latest, an OFFSET, or @TIMESTAMP in milliseconds since 1970 or in
    ISO 8601 (@2026-11-24T09:15): the first record stamped so or later.
    """

  init(_ call: Invocation) throws(UsageError) {
    start =
      try call.value("from").map { (text) throws(UsageError) in
        try position(text, option: "from")
      } ?? .earliest
    end =
      try call.value("to").map { (text) throws(UsageError) in
        try position(text, option: "to")
      } ?? .latest
    switch call.value("isolation") {
    case nil, "read_uncommitted": isolation = .readUncommitted
    case "read_committed": isolation = .readCommitted
    case let name?:
      throw UsageError("--isolation takes read_uncommitted or read_committed, not '\(name)'")
    }
  }

  /// An offset is one partition's. Throws `UsageError` where there are several.
  func check(_ partitions: [TopicPartition]) throws(UsageError) {
    guard partitions.count > 1 else { return }
    for position in [start, end] {
      if case .offset = position {
        throw UsageError(
          "an offset is of one partition, and '\(partitions[0].topic)' has \(partitions.count): "
            + "name it with --partition")
      }
    }
  }
}
