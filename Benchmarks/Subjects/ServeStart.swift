import Varve
import VarveBase

extension Benchmark {
  static let serveStart = Benchmark(
    "serve-start", "varve serve: from its start to its first answer, and what it takes to idle"
  ) { bench in
    let bytes = bench.size(10 << 30, smoke: 1 << 20)
    let program = try ServeProgram.path()
    return try await bench.inDirectory { directory in
      let full = "\(directory)/full"
      try await fill(full, bytes)
      return try await probe(
        bench, program, "\(directory)/empty", "empty", milliseconds: 50, mebibytes: 30)
        + probe(
          bench, program, full, "\(bytes >> 20) MiB, closed", milliseconds: 1000, mebibytes: nil)
    }
  }

  /// A topic of 1 KiB records that is closed in order.
  private static func fill(_ directory: String, _ bytes: Int) async throws {
    let subject = try await Subject(at: directory)
    _ = try subject.append(RecordPool(byteCount: 1 << 10), batches: bytes >> 18, of: 256)
    try await subject.varve.close()
  }

  private static func probe(
    _ bench: Bench, _ program: String, _ directory: String, _ title: String,
    milliseconds: Double, mebibytes: Double?
  ) async throws -> [Comparison] {
    var resident: [Double] = []
    var start = try await bench.compare(
      "start to the first answer, \(title)", "ms", .lowerIsBetter,
      of: [
        Bench.Contender("Varve") {
          let server = try ServeProgram(program, over: directory)
          defer { server.end() }
          let duration = try server.firstAnswer()
          resident.append(Double(server.process.residentBytes) / Double(1 << 20))
          return Bench.Sample(duration.inSeconds * 1e3, hash: 1)
        }
      ])
    start.goals = [.atMost(milliseconds)]
    var memory = Comparison(
      title: "resident memory, idle, \(title)", unit: "MiB", direction: .lowerIsBetter,
      figures: [Comparison.Figure(contender: "Varve", rounds: resident)])
    memory.goals = mebibytes.map { [.atMost($0)] } ?? []
    return [start, memory]
  }
}
