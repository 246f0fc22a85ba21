import Varve
import VarveBase
import VarveQueues

extension Benchmark {
  static let workers = Benchmark(
    "workers", "slow handlers: workers are added to a queue, lanes to a partition"
  ) { bench in
    [try await addedWorkers(bench), try await addedLanes(bench)]
  }

  // MARK: A queue

  private static func addedWorkers(_ bench: Bench) async throws -> Comparison {
    let jobs = bench.size(90, smoke: 6)
    var comparison = try await bench.compare(
      "jobs of 50 ms, 3 workers", "jobs/s", rounds: 3,
      of: [("Varve", 3), ("1 worker", 1)].map { name, workers in
        Bench.Contender(name) {
          try await bench.inDirectory { directory in
            let varve = try await Varve.open(directory)
            let queue = try await varve.workQueue("jobs", jobs: .text)
            for _ in 0..<jobs { try await queue.enqueue("job") }
            let duration = try await timed { try await work(on: queue, by: workers, jobs) }
            try await varve.close()
            return Bench.Sample(jobs, per: 1, in: duration, hash: UInt64(jobs))
          }
        }
      })
    comparison.goals = [.ratio(to: "1 worker", atLeast: 2.5)]
    return comparison
  }

  private static func work(
    on queue: WorkQueue<String>, by workers: Int, _ jobs: Int
  ) async throws {
    let left = Countdown(jobs)
    try await withThrowingTaskGroup { group in
      for _ in 0..<workers {
        group.addTask {
          try await queue.work { _, _ in
            try await Task.sleep(for: .milliseconds(50))
            left.step()
          }
        }
      }
      await left.wait()
      group.cancelAll()
      try await group.waitForAll()
    }
  }

  // MARK: Lanes

  private static func addedLanes(_ bench: Bench) async throws -> Comparison {
    let records = bench.size(640, smoke: 64)
    var comparison = try await bench.compare(
      "records of 10 ms, 1 partition, 64 lanes", "records/s", rounds: 3,
      of: [("Varve", 64), ("1 lane", 1)].map { name, lanes in
        Bench.Contender(name) {
          try await bench.inDirectory { directory in
            let subject = try await Subject(at: directory)
            let producer = try subject.varve.producer()
            for number in 0..<records {
              try await producer.enqueue(Subject.topic, key: "\(number % 64)", value: "record")
            }
            try await producer.close()
            let duration = try await timed {
              try await process(records, lanes: lanes, subject.varve)
            }
            try await subject.varve.close()
            return Bench.Sample(records, per: 1, in: duration, hash: UInt64(records))
          }
        }
      })
    comparison.goals = [.ratio(to: "1 lane", atLeast: 8)]
    return comparison
  }

  private static func process(_ records: Int, lanes: Int, _ varve: Varve) async throws {
    let consumer = try await varve.consumer(group: "lanes", topics: [Subject.topic])
    let left = Countdown(records)
    try await withThrowingTaskGroup { group in
      group.addTask {
        try await consumer.process(lanes: lanes) { _, _ in
          try await Task.sleep(for: .milliseconds(10))
          left.step()
        }
      }
      await left.wait()
      // Handlers must have returned before the consumer can be closed from outside of them.
      await consumer.close()
      try await group.waitForAll()
    }
  }
}
