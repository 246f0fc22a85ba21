import Varve
import VarveBase

extension Benchmark {
  static let delayLateness = Benchmark(
    "delay-lateness", "jobs that wait up to a minute: how late they come"
  ) { bench in
    let count = bench.size(100_000, smoke: 200)
    let longest = UInt64(bench.size(60_000, smoke: 200))
    return try await bench.inDirectory { directory in
      let varve = try await Varve.open(directory)
      try await varve.createTopic("jobs", config: [.retentionForever])
      try await varve.configureGroup("jobs", [.begins(withFirstRecord: true), .queue()])
      async let enqueued: Void = enqueue(count, upTo: longest, varve)
      let lateness = try await take(count, varve)
      try await enqueued
      try await varve.close()
      bench.note(hash: UInt64(count))
      return [
        .figure("lateness of \(count) jobs, 50 %", "ms", max(lateness.percentile(0.5) / 1e6, 0.1)),
        .figure(
          "lateness of \(count) jobs, 99 %", "ms", max(lateness.percentile(0.99) / 1e6, 0.1),
          atMost: 50),
      ]
    }
  }

  private static func enqueue(_ count: Int, upTo longest: UInt64, _ varve: Varve) async throws {
    let producer = try varve.producer()
    var generator = SplitMix(seed: 45)
    for _ in 0..<count {
      let delay = generator.next() % longest
      try await producer.enqueue(
        "jobs", value: "\(delay)", headers: [Header("varve.delay.ms", "\(delay)")])
    }
    try await producer.close()
  }

  /// Takes the jobs as they come. Throws where one comes before its time.
  private static func take(_ count: Int, _ varve: Varve) async throws -> Histogram {
    let consumer = try await varve.shareConsumer(group: "jobs", topics: ["jobs"])
    let clock = SystemTime()
    var lateness = Histogram()
    while lateness.count < count {
      let jobs = try await consumer.poll()
      let now = clock.now
      for job in jobs {
        guard let delay = Int64(String(decoding: job.value ?? ByteSlice(), as: UTF8.self)) else {
          throw BenchmarkFailure("a job has no delay")
        }
        let late = now.rawValue - job.timestamp.rawValue - delay
        guard late >= 0 else { throw BenchmarkFailure("a job came \(-late) ms before its time") }
        lateness.add(UInt64(late) * 1_000_000)
      }
      try await consumer.acknowledge(jobs)
    }
    try await consumer.close()
    return lateness
  }
}
