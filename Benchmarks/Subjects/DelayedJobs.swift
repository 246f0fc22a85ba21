import Varve
import VarveBase

extension Benchmark {
  static let delayedJobs = Benchmark(
    "delayed-jobs", "a queue whose jobs all wait for their time: the memory that they take"
  ) { bench in
    let count = bench.size(10_000_000, smoke: 2_000)
    return try await bench.inDirectory { directory in
      let varve = try await Varve.open(directory)
      try await varve.createTopic("jobs", config: [.retentionForever])
      try await varve.configureGroup("jobs", [.begins(withFirstRecord: true), .queue()])
      try await enqueue(count, varve)
      let before = ServerProcess.own.ownBytes
      let scanning = try await timed { try await look(at: count, varve) }
      let grown = max(ServerProcess.own.ownBytes - before, 1)
      try await varve.close()
      bench.note(hash: UInt64(count))
      return [
        .figure("memory of \(count) delayed jobs", "MiB", Double(grown) / 1_048_576, atMost: 512),
        .figure("finding \(count) delayed jobs at the start", "s", scanning.inSeconds),
      ]
    }
  }

  /// Each job is to wait for some hours of its own.
  private static func enqueue(_ count: Int, _ varve: Varve) async throws {
    let producer = try varve.producer()
    var generator = SplitMix(seed: 44)
    for _ in 0..<count {
      let delay = 3_600_000 + generator.next() % 86_400_000
      try await producer.enqueue(
        "jobs", value: "job", headers: [Header("varve.delay.ms", "\(delay)")])
    }
    try await producer.close()
  }

  /// Asks for jobs, of which there are none yet, until the queue knows of all.
  private static func look(at count: Int, _ varve: Varve) async throws {
    var options = ShareConsumer.Options()
    options.pollTimeout = .milliseconds(10)
    let consumer = try await varve.shareConsumer(group: "jobs", topics: ["jobs"], options: options)
    while true {
      guard try await consumer.poll().isEmpty else {
        throw BenchmarkFailure("a job came before its time")
      }
      if try await varve.shareProgress(of: "jobs").first?.delayed == Int64(count) { break }
    }
    try await consumer.close()
  }
}
