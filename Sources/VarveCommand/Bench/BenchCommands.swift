import Varve
import VarveBase

/// Quick measurements of this machine with this disk. Ratios to what the machine can do at best are
/// `make bench`'s.
enum BenchCommands {
  static let all = [append, replay, latency]

  private static let options: [Command.Option] = [
    .init(
      name: "at", value: "DIRECTORY",
      help: "where a directory for the time of the run is made; VARVE_AT, or here, by default"),
    .init(name: "records", value: "N", help: "how many records; 1000000, latency: 20000"),
    .init(name: "record-bytes", value: "N", help: "the size of each value; 100 by default"),
    .init(name: "batch-bytes", value: "N", help: "the size of a batch; 65536 by default"),
    .init(name: "partitions", value: "N", help: "1 by default"),
    .init(name: "threads", value: "N", help: "as many as partitions by default, at most that"),
    .init(
      name: "durability", value: "LEVEL", help: "buffered, the default; interval; group (synced)"),
    .init(name: "compression", value: "CODEC", help: "none, gzip, lz4, snappy or zstd"),
    .json,
  ]

  static let append = Command(
    name: "bench append", summary: "Measure writing: records in batches, a thread per partition",
    options: options,
    examples: [
      .init(
        line: "varve bench append --record-bytes 1000 --partitions 4 --durability group",
        purpose: "synced, four partitions at once")
    ],
    run: { try await run($0, AppendBench()) })

  static let replay = Command(
    name: "bench replay", summary: "Measure reading everything that was written before",
    options: options,
    examples: [.init(line: "varve bench replay --compression zstd", purpose: "with decompression")],
    run: { try await run($0, ReplayBench()) })

  static let latency = Command(
    name: "bench latency", summary: "Measure how long one record takes until it counts as written",
    options: options,
    examples: [.init(line: "varve bench latency --durability group", purpose: "a sync for each")],
    run: { try await run($0, LatencyBench()) })

  private static func run(_ call: Invocation, _ bench: some Bench) async throws {
    let workload = try BenchWorkload(call, recordCount: bench.recordCount)
    let parent = call.value("at") ?? call.environment("VARVE_AT") ?? "."
    let directory = "\(parent)/varve-bench-\(System.processID)"
    let files = LocalFileSystem()
    // What is there only for the run goes whatever happens.
    defer { try? files.removeDirectory(directory) }
    let varve = try await Varve.open(directory)
    try await varve.createTopic(
      BenchWorkload.topic, partitions: workload.partitions,
      config: [.durability(workload.durability), .retentionForever])
    let result = try await bench.run(varve, workload)
    try await varve.close()
    try call.output.write(call.isJSON ? result.json(workload).line : result.text)
  }
}

/// One kind of measurement.
protocol Bench: Sendable {
  /// What is written where nobody says otherwise.
  var recordCount: Int { get }
  func run(_ varve: Varve, _ workload: BenchWorkload) async throws -> BenchResult
}

extension Bench {
  var recordCount: Int { 1_000_000 }
}
