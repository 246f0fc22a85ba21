import Synchronization
import Varve

extension Benchmark {
  static let appendAsync = Benchmark(
    "append-async", "Producer with a linger of 1 ms: send that awaits its receipt, and enqueue"
  ) { bench in
    let value = RecordPool(byteCount: 100).value(0)
    let tasks = bench.size(2000, smoke: 20)
    let each = bench.size(200, smoke: 5)
    var awaited = try await bench.compare(
      "send from \(tasks) tasks, each awaiting its receipts", "M records/s", rounds: 3,
      of: [
        Bench.Contender("Varve") {
          try await measured(bench, count: tasks * each) { producer in
            try await withThrowingTaskGroup { group in
              for _ in 0..<tasks {
                group.addTask {
                  for _ in 0..<each { try await producer.send(Subject.topic, value: value) }
                }
              }
              try await group.waitForAll()
            }
          }
        }
      ])
    awaited.goals = [.atLeast(1)]
    let enqueued = try await bench.compare(
      "enqueue from 4 tasks, then flush", "M records/s", rounds: 3,
      of: [
        Bench.Contender("Varve") {
          try await measured(bench, count: tasks * each) { producer in
            try await withThrowingTaskGroup { group in
              for _ in 0..<4 {
                group.addTask {
                  for _ in 0..<tasks * each / 4 {
                    try await producer.enqueue(Subject.topic, value: value)
                  }
                }
              }
              try await group.waitForAll()
            }
            try await producer.flush()
          }
        }
      ])
    return [awaited, enqueued]
  }

  private static func measured(
    _ bench: Bench, count: Int, _ body: (Producer) async throws -> Void
  ) async throws -> Bench.Sample {
    try await bench.inDirectory { directory in
      let subject = try await Subject(at: directory)
      var options = Producer.Options()
      options.linger = .milliseconds(1)
      let producer = try subject.varve.producer(options: options)
      let duration = try await timed { try await body(producer) }
      let written = try await subject.endOffset()
      guard written == count else {
        throw BenchmarkFailure("\(written) records are there, \(count) were sent")
      }
      try await subject.varve.close()
      return Bench.Sample(count, per: 1e6, in: duration, hash: written)
    }
  }
}
