import Varve

extension Benchmark {
  static let groupCommit = Benchmark(
    "group-commit", "level `group`: 1 KiB records of 1,000 tasks, to 1,000 partitions and to 1"
  ) { bench in
    let tasks = bench.size(1000, smoke: 10)
    let each = bench.size(20, smoke: 3)
    var comparison = try await bench.compare(
      "durable throughput of \(tasks) tasks", "MB/s", rounds: 3,
      of: [
        Bench.Contender("Varve") {
          try await send(bench, partitions: tasks, tasks: tasks, each: each)
        },
        Bench.Contender("1 partition") {
          try await send(bench, partitions: 1, tasks: tasks, each: each)
        },
      ])
    comparison.goals = [.ratio(to: "1 partition", atLeast: 0.7)]
    return [comparison]
  }

  private static func send(
    _ bench: Bench, partitions: Int, tasks: Int, each: Int
  ) async throws -> Bench.Sample {
    let value = RecordPool(byteCount: 1024).value(0)
    return try await bench.inDirectory { directory in
      let subject = try await Subject(
        at: directory, partitions: Int32(partitions), config: [.durability(.group)])
      var options = Producer.Options()
      options.bufferBytes = 256 << 20
      let producer = try subject.varve.producer(options: options)
      // The first sync of a file makes its name durable too: it is not what is compared.
      try await send(value, 1, from: tasks, to: partitions, by: producer)
      let duration = try await timed {
        try await send(value, each, from: tasks, to: partitions, by: producer)
      }
      try await subject.varve.close()
      return Bench.Sample(
        tasks * each * value.count, per: 1e6, in: duration, hash: UInt64(tasks * each))
    }
  }

  private static func send(
    _ value: [UInt8], _ each: Int, from tasks: Int, to partitions: Int, by producer: Producer
  ) async throws {
    try await withThrowingTaskGroup { group in
      for task in 0..<tasks {
        group.addTask {
          for _ in 0..<each {
            try await producer.send(
              Subject.topic, partition: Int32(task % partitions), value: value)
          }
        }
      }
      try await group.waitForAll()
    }
  }
}
