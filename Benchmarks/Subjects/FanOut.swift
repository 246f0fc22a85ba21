import Varve
import VarveBase

extension Benchmark {
  static let fanOut = Benchmark(
    "fan-out", "two groups read a topic, with a third one that is slow beside them, and without"
  ) { bench in
    let count = bench.size(4_000_000, smoke: 4_000)
    return try await bench.inDirectory { directory in
      let subject = try await Subject(at: directory)
      _ = try subject.append(RecordPool(byteCount: 100), batches: count / 1000, of: 1000)
      var round = 0
      var comparison = try await bench.compare(
        "read by each of two groups", "M records/s",
        of: [("Varve, a slow group beside", true), ("without the slow group", false)].map {
          name, isSlowBeside in
          Bench.Contender(name) {
            round += 1
            let number = round
            let slow = isSlowBeside ? Task { try await readSlowly(subject.varve, number) } : nil
            let duration = try await readByTwo(count, subject.varve, number)
            slow?.cancel()
            _ = await slow?.result
            return Bench.Sample(count, per: 1e6, in: duration, hash: UInt64(count))
          }
        })
      comparison.goals = [.ratio(to: "without the slow group", atLeast: 0.95)]
      try await subject.varve.close()
      return [comparison]
    }
  }

  private static func readByTwo(
    _ count: Int, _ varve: Varve, _ round: Int
  ) async throws -> Duration {
    try await timed {
      try await withThrowingTaskGroup { group in
        for number in 0..<2 {
          group.addTask {
            let consumer = try await varve.consumer(
              group: "group-\(number)-\(round)", topics: [Subject.topic])
            var seen = 0
            while seen < count, let batch = try await consumer.next() { seen += batch.count }
            await consumer.close()
          }
        }
        try await group.waitForAll()
      }
    }
  }

  /// Takes its time with each batch, until it is cancelled.
  private static func readSlowly(_ varve: Varve, _ round: Int) async throws {
    let consumer = try await varve.consumer(group: "slow-\(round)", topics: [Subject.topic])
    while !Task.isCancelled, try await consumer.next() != nil {
      // Cancelled, it ends at once, which is what is wanted.
      try? await Task.sleep(for: .milliseconds(100))
    }
    await consumer.close()
  }
}
