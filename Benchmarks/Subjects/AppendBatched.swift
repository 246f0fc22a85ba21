import CBenchmarks
import Varve

/// Expected: the copy and the CRC32C run at several GB/s, so page faults of the mapping decide.
extension Benchmark {
  static let appendBatched = Benchmark(
    "append-batched", "100-byte records, 1,000 a batch, one thread, CRC on"
  ) { bench in
    let pool = RecordPool(byteCount: 100)
    let batches = bench.size(2000, smoke: 10)
    var contenders = [
      Bench.Contender("Varve") {
        try await bench.inDirectory { directory in
          let subject = try await Subject(at: directory)
          let duration = try subject.append(pool, batches: batches, of: 1000)
          let sample = Bench.Sample(
            batches * 1000, per: 1e6, in: duration, hash: try await subject.endOffset())
          try await subject.varve.close()
          return sample
        }
      },
      Bench.Contender("ceiling") {
        try await bench.inDirectory { directory in
          try Ceiling.append(pool, batches: batches, of: 1000, in: directory)
        }
      },
    ]
    #if Peers
      contenders.append(
        Bench.Contender("LMDB") {
          try await bench.inDirectory { directory in
            let peer = try LMDBPeer(at: directory)
            let duration = try timed { try peer.append(pool, transactions: batches, of: 1000) }
            return Bench.Sample(
              batches * 1000, per: 1e6, in: duration, hash: UInt64(batches * 1000))
          }
        })
      for mode in [SQLitePeer.Mode.off, .normal] {
        contenders.append(
          Bench.Contender("SQLite \(mode.rawValue)") {
            try await bench.inDirectory { directory in
              let peer = try SQLitePeer(at: directory, mode)
              let transactions = max(1, batches / 8)
              let duration = try timed {
                try peer.append(pool, transactions: transactions, of: 1000)
              }
              return Bench.Sample(
                transactions * 1000, per: 1e6, in: duration, hash: UInt64(transactions))
            }
          })
      }
    #endif
    var comparison = try await bench.compare(
      "append, 1,000 records a batch", "M records/s", of: contenders)
    comparison.goals = [
      .ratio(to: "ceiling", atLeast: 0.5), .ratio(to: "LMDB", atLeast: 1),
    ]
    return [comparison]
  }
}

/// Loops in C over files of the same kind.
enum Ceiling {
  /// The bytes before each value in Varve's format: length, attributes, two deltas, two lengths.
  private static let prefix = 8
  private static let headerBytes = 61

  static func append(
    _ pool: RecordPool, batches: Int, of count: Int, in directory: String
  ) throws -> Bench.Sample {
    let byteCount = batches * (headerBytes + count * (prefix + pool.byteCount))
    guard let memory = bench_map_new("\(directory)/ceiling", byteCount) else {
      throw BenchmarkFailure("no room for \(byteCount) bytes in \(directory)")
    }
    defer { bench_unmap(memory, byteCount) }
    var stored = 0
    let duration = timed {
      pool.bytes.withUnsafeBytes { bytes in
        stored = bench_append(
          memory.assumingMemoryBound(to: UInt8.self),
          bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), RecordPool.count,
          pool.byteCount, prefix, count, batches)
      }
    }
    let hash = bench_checksum(
      memory.assumingMemoryBound(to: UInt8.self), stored, stored / batches)
    return Bench.Sample(batches * count, per: 1e6, in: duration, hash: hash)
  }
}
