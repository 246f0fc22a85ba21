/// The commands that work on the files of logs, below topics and records.
enum LogCommands {
  static let all = [dump, verify, repair, stat, upkeep]

  private static let path = Command.Argument(
    name: "PATH", help: "a partition's directory, Varve's or Kafka's, or a whole data directory")

  static let dump = Command(
    name: "log dump", summary: "Print a partition's files in words, as kafka-dump-log.sh does",
    details: """
      The text is that of Kafka's own tool with --deep-iteration, letter for letter. Nothing is
      locked or changed; a file that is being written may end in a batch that is not whole yet.
      --json prints an object a line, with the same names.
      """,
    arguments: [
      .init(name: "PATH", help: "a file, or a partition's directory for all of its files")
    ],
    options: [.json],
    examples: [
      .init(
        line: "varve log dump data/orders-0/00000000000000000000.timeindex",
        purpose: "which times are where")
    ],
    run: dump)

  static let verify = Command(
    name: "log verify", summary: "Read everything, and report every fault with file and position",
    details: """
      Checks batches with their checksums and records, indexes, producer snapshots, epochs and
      names; of a data directory also the files at its root, its metadata, and whether all
      partitions are there. Nothing is locked or changed. Ends with 1 where there is a fault.
      """,
    arguments: [path],
    options: [
      .init(
        name: "compacted", help: "offsets may be missing; a data directory knows by itself"),
      .json,
    ],
    examples: [
      .init(line: "varve log verify data", purpose: "all partitions"),
      .init(line: "varve log verify /var/lib/kafka/orders-0", purpose: "one of Kafka's"),
    ],
    run: verify)

  static let repair = Command(
    name: "log repair", summary: "Make a damaged partition one that opens",
    details: """
      Keeps every whole batch at its offset and guesses nothing. What is no whole batch goes; files
      that lose bytes are kept as NAME.damaged. Lost batches that a commit journal still has come
      back. Indexes are made again. No one else may have the directory open.
      """,
    arguments: [.init(name: "PATH", help: "a partition's directory, or a whole data directory")],
    options: [.init(name: "dry-run", help: "only say what would be done and lost"), .json],
    examples: [
      .init(line: "varve log repair data/orders-0 --dry-run", purpose: "what would be lost?")
    ],
    run: repair)

  static let stat = Command(
    name: "log stat", summary: "Count a partition's segments, batches, records and bytes",
    details: "Reads the headers of all batches. Nothing is locked or changed.",
    arguments: [path], options: [.json],
    examples: [.init(line: "varve log stat data", purpose: "all partitions")], run: stat)

  static let upkeep = Command(
    name: "log upkeep", summary: "Do all upkeep that is due, now",
    details: """
      Syncs, retention, compaction and cold compression, as topics' configs ask for. A program that
      has the log open does the same in the background.
      """,
    options: [.directory, .json],
    examples: [
      .init(
        line: "varve log upkeep --at data",
        purpose: "after 'varve topic alter orders --config varve.cold.compression=gzip'")
    ],
    run: upkeep)
}
