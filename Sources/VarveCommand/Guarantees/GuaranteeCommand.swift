import Varve
import VarveBase

/// `varve bench guarantees`: what each delivery guarantee loses, repeats and costs.
enum GuaranteeCommand {
  static let guarantees = Command(
    name: "bench guarantees", summary: "Kill programs of each guarantee, and count what was lost",
    details: """
      A program sends what it reads from one topic on to another, and is ended with SIGKILL again
      and again at moments that the seed decides. LOST are records that never came out, DUPLICATES
      those that did once more. RECORDS/S are those of a run without kills, RATIO is to
      at-least-once.
      """,
    options: [
      .init(
        name: "at", value: "DIRECTORY",
        help: "where a directory for the time of the run is made; VARVE_AT, or here, by default"),
      .init(name: "records", value: "N", help: "how many records; 100000 by default"),
      .init(name: "batch-records", value: "N", help: "how many are a batch; 100 by default"),
      .init(name: "partitions", value: "N", help: "4 by default"),
      .init(name: "kills", value: "N", help: "how often each program is killed; 20 by default"),
      .init(name: "seed", value: "N", help: "what decides the moments; 1 by default"),
      .json,
    ],
    examples: [
      .init(line: "varve bench guarantees --kills 100", purpose: "more often")
    ],
    run: run)

  private static func run(_ call: Invocation) async throws {
    let workload = try GuaranteeWorkload(call)
    let parent = call.value("at") ?? call.environment("VARVE_AT") ?? "."
    let directory = "\(parent)/varve-bench-\(System.processID)"
    // What is there only for the run goes whatever happens.
    defer { try? LocalFileSystem().removeDirectory(directory) }
    let levels = try await GuaranteeBench(workload: workload, directory: directory).run()
    try call.output.write(
      call.isJSON ? json(levels, workload).line : text(levels, workload))
  }

  /// What the others' records a second are compared with.
  private static func ratio(_ level: GuaranteeBench.Level, _ all: [GuaranteeBench.Level]) -> Double
  {
    let base = all.first { $0.guarantee == .atLeastOnce }?.recordsPerSecond ?? .nan
    return level.recordsPerSecond / base
  }

  private static func text(
    _ levels: [GuaranteeBench.Level], _ workload: GuaranteeWorkload
  ) -> String {
    var table = Table(
      "GUARANTEE", ">RECORDS", ">KILLS", ">LOST", ">DUPLICATES", ">RECORDS/S", ">RATIO")
    for level in levels {
      table.add(
        level.guarantee.rawValue, "\(workload.records)", "\(workload.kills)", "\(level.lost)",
        "\(level.duplicates)", "\(Int(level.recordsPerSecond))",
        decimal(ratio(level, levels), 2))
    }
    return table.text
  }

  private static func json(
    _ levels: [GuaranteeBench.Level], _ workload: GuaranteeWorkload
  ) -> JSON {
    .object([
      "bench": .string("guarantees"), "records": .integer(workload.records),
      "batchRecords": .integer(workload.batchRecords),
      "partitions": .integer(workload.partitions), "kills": .integer(workload.kills),
      "seed": .integer(workload.seed),
      "levels": .array(
        levels.map { level in
          .object([
            "guarantee": .string(level.guarantee.rawValue), "lost": .integer(level.lost),
            "duplicates": .integer(level.duplicates),
            "recordsPerSecond": .number(level.recordsPerSecond),
            "ratio": .number(ratio(level, levels)),
          ])
        }),
    ])
  }
}
