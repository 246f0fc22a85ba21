import CBenchmarks
import Varve

extension Benchmark {
  static let appendSingle = Benchmark(
    "append-single", "one 100-byte record a call, each a batch of its own, synchronous"
  ) { bench in
    let pool = RecordPool(byteCount: 100)
    let count = bench.size(2_000_000, smoke: 2000)
    var allocations = 0.0
    var comparison = try await bench.compare(
      "append, 1 record a call", "M records/s",
      of: [
        Bench.Contender("Varve") {
          try await bench.inDirectory { directory in
            let subject = try await Subject(at: directory)
            // The first call of a writer sizes its buffer.
            _ = try subject.append(pool, batches: 1, of: 1)
            let before = bench_allocations()
            let duration = try appendEach(pool, count, to: subject)
            allocations = Double(bench_allocations() - before) / Double(count)
            let sample = Bench.Sample(
              count, per: 1e6, in: duration, hash: try await subject.endOffset())
            try await subject.varve.close()
            return sample
          }
        },
        Bench.Contender("ceiling") {
          try await bench.inDirectory { directory in
            try Ceiling.append(pool, batches: count, of: 1, in: directory)
          }
        },
      ] + peers(bench, pool, count))
    comparison.goals = [.atLeast(3)]
    comparison.notes = ["\(Table.fixed(allocations, 4)) allocations a record"]
    return [comparison]
  }

  private static func appendEach(
    _ pool: RecordPool, _ count: Int, to subject: Subject
  ) throws -> Duration {
    var writer = try subject.writer()
    return try timed {
      try pool.forEach(count) { value in
        try writer.append(value: value)
        try writer.commit()
      }
    }
  }

  private static func peers(_ bench: Bench, _ pool: RecordPool, _ count: Int) -> [Bench.Contender] {
    #if Peers
      return [
        Bench.Contender("LMDB") {
          try await bench.inDirectory { directory in
            let peer = try LMDBPeer(at: directory)
            let duration = try timed { try peer.append(pool, transactions: count / 10, of: 1) }
            return Bench.Sample(count / 10, per: 1e6, in: duration, hash: UInt64(count))
          }
        }
      ]
    #else
      return []
    #endif
  }
}
