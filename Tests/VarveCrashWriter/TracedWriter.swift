import Glibc
import Varve
import VarveBase
import VarveBroker

/// Appends single records, for `SystemCallTests` to watch: all on the thread that it is called on.
///
/// It writes "begin" before the records that count and "end" after them; those before have made the
/// topic's files, and the first entries of its indexes.
enum TracedWriter {
  /// `configs` are the topic's, each `NAME=VALUE`.
  static func run(in directory: String, count: Int, configs: some Sequence<String>) throws {
    var options = Broker.Options()
    // Upkeep may have the log's lock for a moment: then a wait for it would be counted.
    options.runsMaintenance = false
    let broker = try Broker.open(directory, options: options)
    let pairs = configs.map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
    _ = try broker.createTopic(
      "traced", configs: Dictionary(uniqueKeysWithValues: pairs.map { ($0[0], $0[1]) }))
    let varve = Varve(LocalCluster(broker, time: SystemTime()))
    var writer = try varve.writer("traced", partition: 0)
    try append(100, to: &writer)
    write(1, "begin\n", 6)
    try append(count, to: &writer)
    write(1, "end\n", 4)
    try broker.close()
  }

  private static func append(
    _ count: Int, to writer: inout PartitionWriter
  ) throws(VarveError) {
    let value = [UInt8](repeating: 7, count: 100)
    for _ in 0..<count {
      try writer.append(value: value.span.bytes)
      try writer.commit()
    }
  }
}
