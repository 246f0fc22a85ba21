import CBenchmarks
import Varve

extension Benchmark {
  static let recovery = Benchmark(
    "recovery", "opening a log that was not closed: its tail is checked and indexed anew"
  ) { bench in
    let pool = RecordPool(byteCount: 100)
    let batches = bench.size(4000, smoke: 10)
    var comparison = try await bench.compare(
      "recovery of an unflushed tail", "GB/s", rounds: 3,
      of: [
        Bench.Contender("Varve") {
          try await bench.inDirectory { directory in
            let (path, count) = try await leave(pool, batches, in: directory)
            var opened: Varve?
            let duration = try await timed { opened = try await Varve.open(directory) }
            guard let varve = opened else { throw BenchmarkFailure("\(path) did not open") }
            let end = try await varve.latestOffset(of: Subject.topic, partition: 0)
            guard end.rawValue == batches * 1000 else {
              throw BenchmarkFailure("\(end) records of \(batches * 1000) are left")
            }
            try await varve.close()
            return Bench.Sample(count, per: 1e9, in: duration, hash: UInt64(count))
          }
        },
        Bench.Contender("C loop") {
          try await bench.inDirectory { directory in
            let (path, _) = try await leave(pool, batches, in: directory)
            return try checksum(path)
          }
        },
      ])
    comparison.goals = [.atLeast(1)]
    return [comparison]
  }

  /// A log as a crash of its process leaves it; returns its file and the bytes in it.
  private static func leave(
    _ pool: RecordPool, _ batches: Int, in directory: String
  ) async throws -> (path: String, byteCount: Int) {
    let subject = try await Subject(at: directory)
    _ = try subject.append(pool, batches: batches, of: 1000)
    let details = try await subject.varve.describeTopic(Subject.topic)
    return (subject.firstSegment, Int(details.partitions[0].sizeInBytes))
  }

  private static func checksum(_ path: String) throws -> Bench.Sample {
    var byteCount = 0
    guard let memory = bench_map(path, &byteCount) else {
      throw BenchmarkFailure("cannot map \(path)")
    }
    defer { bench_unmap(memory, byteCount) }
    var hash: UInt64 = 0
    let duration = timed {
      hash = bench_checksum(memory.assumingMemoryBound(to: UInt8.self), byteCount, 100_000)
    }
    return Bench.Sample(byteCount, per: 1e9, in: duration, hash: hash)
  }
}
