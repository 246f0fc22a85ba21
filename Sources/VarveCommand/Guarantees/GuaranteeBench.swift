import Varve
import VarveBase

/// Sends records through a worker that is killed again and again, and counts what became of them.
struct GuaranteeBench {
  let workload: GuaranteeWorkload
  /// A directory for the time of the run.
  let directory: String

  /// What came of one guarantee.
  struct Level {
    let guarantee: Guarantee
    let lost: Int
    let duplicates: Int
    let recordsPerSecond: Double
  }

  func run() async throws -> [Level] {
    var levels: [Level] = []
    for guarantee in Guarantee.allCases {
      let (lost, duplicates) = try await runWithKills(guarantee)
      levels.append(
        Level(
          guarantee: guarantee, lost: lost, duplicates: duplicates,
          recordsPerSecond: try await measure(guarantee)))
    }
    return levels
  }

  /// Kills the worker at moments that the seed decides, then lets it end.
  private func runWithKills(
    _ guarantee: Guarantee
  ) async throws -> (lost: Int, duplicates: Int) {
    let log = GuaranteeLog(directory: "\(directory)/\(guarantee.rawValue)", workload: workload)
    try await log.fill()
    var random = workload.random
    for _ in 0..<workload.kills {
      let worker = try start(guarantee, log)
      let batches = Int.random(in: 1...workload.batchesPerLife, using: &random)
      for _ in 0..<batches where try !worker.hasBegunBatch() {
        worker.kill()
        throw CommandError("the worker ended before its time")
      }
      // Not only between two batches: anywhere in the middle of one.
      System.sleep(microseconds: UInt32.random(in: 0...1000, using: &random))
      worker.kill()
    }
    try await log.finish()
    try start(guarantee, log).end()
    return try await log.count()
  }

  /// The records a second of a worker that nobody kills, from its first batch on.
  private func measure(_ guarantee: Guarantee) async throws -> Double {
    let log = GuaranteeLog(
      directory: "\(directory)/\(guarantee.rawValue)-measured", workload: workload)
    try await log.fill()
    try await log.finish()
    let time = SystemTime()
    let worker = try start(guarantee, log)
    _ = try worker.hasBegunBatch()
    let start = time.monotonicNanoseconds
    try worker.end()
    return Double(workload.records) * 1e9 / Double(max(1, time.monotonicNanoseconds - start))
  }

  private func start(_ guarantee: Guarantee, _ log: GuaranteeLog) throws -> WorkerProcess {
    try WorkerProcess([
      CommandLine.arguments[0], "bench", "guarantees-worker", guarantee.rawValue, "--at",
      log.directory,
    ])
  }
}
