import Glibc
import Varve

extension Benchmark {
  static let startUp = Benchmark(
    "start-up", "a process from its start to an open log, and what it takes to idle"
  ) { bench in
    let partitions = Int32(bench.size(1000, smoke: 20))
    return try await bench.inDirectory { directory in
      let full = try await Subject(at: "\(directory)/full", partitions: partitions)
      try await full.varve.close()
      let empty = try await probe(
        bench, "\(directory)/empty", "empty", milliseconds: 50, mebibytes: 30)
      let clean = try await probe(
        bench, "\(directory)/full", "\(partitions) clean partitions", milliseconds: 1000,
        mebibytes: 100)
      return empty + clean
    }
  }

  private static func probe(
    _ bench: Bench, _ directory: String, _ title: String, milliseconds: Double, mebibytes: Double
  ) async throws -> [Comparison] {
    var resident: [Double] = []
    var start = try await bench.compare(
      "start to open, \(title)", "ms", .lowerIsBetter,
      of: [
        Bench.Contender("Varve") {
          let (duration, byteCount) = try await probe(directory, bench.options.program)
          resident.append(Double(byteCount) / Double(1 << 20))
          return Bench.Sample(duration.inSeconds * 1e3, hash: 1)
        }
      ])
    start.goals = [.atMost(milliseconds)]
    let memory = Comparison(
      title: "resident memory, idle, \(title)", unit: "MiB", direction: .lowerIsBetter,
      figures: [Comparison.Figure(contender: "Varve", rounds: resident)],
      goals: [.atMost(mebibytes)])
    return [start, memory]
  }

  /// Opens a log in a process of its own; in this one where there is no program to start.
  private static func probe(
    _ directory: String, _ program: String?
  ) async throws -> (Duration, residentBytes: Int) {
    if let program {
      let (duration, line) = try Shell.firstLine("'\(program)' probe '\(directory)'")
      guard let byteCount = Int(line) else { throw BenchmarkFailure("a probe said: \(line)") }
      return (duration, byteCount)
    }
    let start = ContinuousClock.now
    let varve = try await Varve.open(directory)
    let duration = ContinuousClock.now - start
    try await varve.close()
    return (duration, Machine.residentBytes)
  }

  /// The other process: opens a log, and says what memory it has.
  static func probed(_ directory: String) async throws {
    let varve = try await Varve.open(directory)
    print(Machine.residentBytes)
    fflush(nil)
    try await varve.close()
  }
}
