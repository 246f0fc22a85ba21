import CBenchmarks
import Varve
import VarveBase

extension Benchmark {
  static let replay = Benchmark(
    "replay", "all 100-byte records of a partition, page cache warm, the first word of each summed"
  ) { bench in
    let pool = RecordPool(byteCount: 100)
    let batches = bench.size(2000, smoke: 10)
    return try await bench.inDirectory { directory in
      let subject = try await Subject(at: "\(directory)/varve")
      _ = try subject.append(pool, batches: batches, of: 1000)
      let count = batches * 1000
      let ceiling = Bench.Contender("C loop") {
        try scan(subject.firstSegment, count)
      }
      var contenders = [
        Bench.Contender("Varve") { try await scan(subject, count, verifies: true) }, ceiling,
      ]
      #if Peers
        let lmdb = try LMDBPeer(at: directory)
        try lmdb.append(pool, transactions: batches, of: 1000)
        let sqlite = try SQLitePeer(at: directory, .off)
        try sqlite.append(pool, transactions: batches, of: 1000)
        contenders += [
          Bench.Contender("LMDB") { try scanned(count) { try lmdb.scan() } },
          Bench.Contender("SQLite") { try scanned(count) { try sqlite.scan() } },
        ]
      #endif
      var checked = try await bench.compare(
        "replay, every checksum compared", "M records/s", rounds: 7, isSameWork: true,
        of: contenders)
      checked.goals = [.ratio(to: "LMDB", atLeast: 1)]
      contenders[0] = Bench.Contender("Varve") {
        try await scan(subject, count, verifies: false)
      }
      let unchecked = try await bench.compare(
        "replay, checksums not compared", "M records/s", rounds: 7, isSameWork: true, of: contenders
      )
      let before = bench_allocations()
      _ = try await scan(subject, count, verifies: true)
      let allocations = Double(bench_allocations() - before) / Double(count)
      checked.notes = ["\(Table.fixed(allocations, 6)) allocations a record"]
      try await subject.varve.close()
      return [checked, unchecked]
    }
  }

  static func scan(
    _ subject: Subject, _ count: Int, verifies: Bool
  ) async throws -> Bench.Sample {
    var reader = try await subject.varve.reader(Subject.topic, partition: 0)
    reader.verifiesChecksums = verifies
    return try scanned(count) {
      var sum: UInt64 = 0
      try reader.forEachRecord { record in sum &+= record.value?.firstWord ?? 0 }
      return sum
    }
  }

  private static func scan(_ path: String, _ count: Int) throws -> Bench.Sample {
    var byteCount = 0
    guard let memory = bench_map(path, &byteCount) else {
      throw BenchmarkFailure("cannot map \(path)")
    }
    defer { bench_unmap(memory, byteCount) }
    return try scanned(count) {
      var records: UInt64 = 0
      let sum = bench_replay(memory.assumingMemoryBound(to: UInt8.self), byteCount, &records)
      guard records == count else { throw BenchmarkFailure("\(records) records in \(path)") }
      return sum
    }
  }

  private static func scanned(_ count: Int, _ scan: () throws -> UInt64) throws -> Bench.Sample {
    var sum: UInt64 = 0
    let duration = try timed { sum = try scan() }
    return Bench.Sample(count, per: 1e6, in: duration, hash: sum)
  }
}
