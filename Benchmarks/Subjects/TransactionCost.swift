import Varve

extension Benchmark {
  static let transaction = Benchmark(
    "transaction", "1,000 records of 100 bytes over 10 partitions: in a transaction, and without"
  ) { bench in
    let value = RecordPool(byteCount: 100).value(0)
    let count = bench.size(500, smoke: 2)
    var comparison = try await bench.compare(
      "sent and written, 1,000 records", "µs", .lowerIsBetter, rounds: 7,
      of: [
        Bench.Contender("Varve, a transaction") {
          try await measured(bench, count) { varve in
            let transactions = try varve.transactions("bench")
            return {
              try await transactions.run { transaction in
                try await forEachRecord { partition in
                  try await transaction.send(Subject.topic, partition: partition, value: value)
                }
              }
            }
          }
        },
        // A linger that never ends: batches are written full, or by the flush, as a transaction's.
        Bench.Contender("full batches") {
          try await producing(bench, count, value, linger: .seconds(60))
        },
        Bench.Contender("no linger") {
          try await producing(bench, count, value, linger: .zero)
        },
      ])
    comparison.goals = [.ratio(to: "full batches", atLeast: 1 / 1.3)]
    return [comparison]
  }

  private static let partitions: Int32 = 10

  private static func forEachRecord(_ send: (Int32) async throws -> Void) async throws {
    for index in 0..<Int32(1000) { try await send(index % partitions) }
  }

  private static func producing(
    _ bench: Bench, _ count: Int, _ value: [UInt8], linger: Duration
  ) async throws -> Bench.Sample {
    try await measured(bench, count) { varve in
      var options = Producer.Options()
      options.linger = linger
      let producer = try varve.producer(options: options)
      return {
        try await forEachRecord { partition in
          try await producer.enqueue(Subject.topic, partition: partition, value: value)
        }
        try await producer.flush()
      }
    }
  }

  /// How long `work` takes, in the median of `count` times after the first: what else the machine
  /// does falls on few of them.
  private static func measured(
    _ bench: Bench, _ count: Int,
    _ work: (Varve) async throws -> () async throws -> Void
  ) async throws -> Bench.Sample {
    try await bench.inDirectory { directory in
      let subject = try await Subject(at: directory, partitions: partitions)
      let once = try await work(subject.varve)
      try await once()
      var times: [Double] = []
      for _ in 0..<count { times.append(try await timed { try await once() }.inSeconds * 1e6) }
      let written = try await subject.endOffset()
      try await subject.varve.close()
      return Bench.Sample(Comparison.median(times), hash: written)
    }
  }
}
