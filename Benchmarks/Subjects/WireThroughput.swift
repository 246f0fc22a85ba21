#if Peers
  // What Kafka takes of a processor for a million records of 100 bytes on a machine like this one
  // is 0.65 to 0.97 s to take them and 0.09 to 0.27 s to hand them out: the ratios of the goals are
  // to Kafka of the same run, where it is a --peer.
  extension Benchmark {
    static let wireProduce = Benchmark(
      "wire-produce", "100-byte records over the wire, one client, in batches"
    ) { bench in
      try await bench.withServers { servers in
        let records = bench.size(2_000_000, smoke: 2_000)
        return try [WireWork.Acks.leader, .all].flatMap { acks in
          let rounds = try WireRounds(
            "produce, acks \(acks.rawValue)",
            WireWork(kind: .produce(acks: acks), records: records, recordBytes: 100),
            on: servers, rounds: bench.size(3, smoke: 1), bench)
          return [
            rounds.throughput([.ratio(to: "Kafka", atLeast: 1)]),
            rounds.cpu([.ratio(to: "Kafka", atLeast: 4)]), rounds.memory,
          ]
        }
      }
    }

    static let wireConsume = Benchmark(
      "wire-consume", "100-byte records over the wire, one client, from the beginning"
    ) { bench in
      try await bench.withServers { servers in
        let rounds = try WireRounds(
          "consume",
          WireWork(
            kind: .consume, records: bench.size(2_000_000, smoke: 2_000), recordBytes: 100),
          on: servers, rounds: bench.size(3, smoke: 1), bench)
        return [
          rounds.throughput([.ratio(to: "Kafka", atLeast: 1)]),
          rounds.cpu([.ratio(to: "Kafka", atLeast: 2)]), rounds.memory,
        ]
      }
    }

    static let wireBoth = Benchmark(
      "wire-both", "1 KiB records over the wire, one client writes and one reads at once"
    ) { bench in
      try await bench.withServers { servers in
        let rounds = try WireRounds(
          "produce and consume",
          WireWork(kind: .both, records: bench.size(500_000, smoke: 500), recordBytes: 1024),
          on: servers, rounds: bench.size(3, smoke: 1), bench)
        return [
          rounds.throughput([
            .ratio(to: "Kafka", atLeast: 1), .ratio(to: "NATS JetStream", atLeast: 1),
          ]),
          rounds.cpu([.ratio(to: "Kafka", atLeast: 2)]), rounds.memory,
        ]
      }
    }
  }
#endif
