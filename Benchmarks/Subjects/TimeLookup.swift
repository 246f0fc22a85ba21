import Varve
import VarveBase

extension Benchmark {
  static let timeLookup = Benchmark(
    "time-lookup", "the first record at or after a random time, among records a millisecond apart"
  ) { bench in
    let pool = RecordPool(byteCount: 100)
    let batches = bench.size(1000, smoke: 10)
    let lookups = bench.size(200_000, smoke: 200)
    var generator = SplitMix(seed: 7)
    let times = (0..<lookups).map { _ in Int64(generator.next() % UInt64(batches * 1000)) }
    return try await bench.inDirectory { directory in
      let subject = try await Subject(at: "\(directory)/varve")
      try append(pool, batches, to: subject)
      var contenders = [
        Bench.Contender("Varve") {
          var sum: UInt64 = 0
          let duration = try await timed {
            for time in times {
              let offset = try await subject.varve.offset(
                of: Subject.topic, partition: 0, at: Timestamp(firstTime + time))
              sum &+= UInt64(bitPattern: offset?.rawValue ?? -1)
            }
          }
          return Bench.Sample(lookups, per: 1e6, in: duration, hash: sum)
        }
      ]
      #if Peers
        let lmdb = try LMDBPeer(at: directory)
        try lmdb.append(pool, transactions: batches, of: 1000)
        contenders.append(
          Bench.Contender("LMDB") {
            var sum: UInt64 = 0
            let duration = try timed { sum = try lmdb.seek(times.lazy.map { UInt64($0) }) }
            return Bench.Sample(lookups, per: 1e6, in: duration, hash: sum)
          })
      #endif
      let comparison = try await bench.compare(
        "time lookup", "M lookups/s", isSameWork: true, of: contenders)
      try await subject.varve.close()
      return [comparison]
    }
  }

  private static let firstTime: Int64 = 1_600_000_000_000

  private static func append(_ pool: RecordPool, _ batches: Int, to subject: Subject) throws {
    var writer = try subject.writer()
    var time = firstTime
    for _ in 0..<batches {
      try pool.forEach(1000) { value in
        try writer.append(timestamp: Timestamp(time), value: value)
        time += 1
      }
      try writer.commit()
    }
  }
}
