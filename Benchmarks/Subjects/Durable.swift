import Varve

extension Benchmark {
  static let durable = Benchmark(
    "durable", "1 KiB records of 50 writers, each waiting until its record is on the disk"
  ) { bench in
    let writers = 50
    let each = bench.size(400, smoke: 2)
    let value = RecordPool(byteCount: 1024).value(0)
    var contenders = [
      Bench.Contender("Varve") {
        try await bench.inDirectory { directory in
          let subject = try await Subject(at: directory, config: [.durability(.group)])
          let producer = try subject.varve.producer()
          try await producer.send(Subject.topic, value: value)
          let duration = try await timed {
            try await withThrowingTaskGroup { group in
              for _ in 0..<writers {
                group.addTask {
                  for _ in 0..<each { try await producer.send(Subject.topic, value: value) }
                }
              }
              try await group.waitForAll()
            }
          }
          try await subject.varve.close()
          return Bench.Sample(
            writers * each, per: 1e3, in: duration, hash: UInt64(writers * each))
        }
      }
    ]
    if let redis = RedisPeer() {
      contenders.append(
        Bench.Contender("Redis") {
          try await bench.inDirectory { directory in
            let rate = try redis.append(
              1024, count: writers * each / 4, connections: writers, in: directory)
            return Bench.Sample(rate / 1e3, hash: UInt64(writers * each))
          }
        })
    }
    var comparison = try await bench.compare(
      "durable appends, 50 writers", "k records/s", rounds: 3, of: contenders)
    comparison.goals = [.ratio(to: "Redis", atLeast: 1)]
    comparison.notes = ["Redis: XADD, appendfsync always, over loopback by redis-benchmark"]
    return [comparison]
  }
}
