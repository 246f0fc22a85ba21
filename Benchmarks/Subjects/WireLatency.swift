#if Peers
  extension Benchmark {
    static let wireLatency = Benchmark(
      "wire-latency", "100-byte records over the wire, 10,000 a second, each sent at once"
    ) { bench in
      try await bench.withServers { servers in
        let rate = 10_000
        let rounds = try WireRounds(
          "paced",
          WireWork(
            kind: .paced(recordsPerSecond: rate), records: bench.size(5 * rate, smoke: 200),
            recordBytes: 100),
          on: servers, rounds: bench.size(3, smoke: 1), bench)
        return [
          rounds.latency("to the other client", 0.5, \.delivered, [.atMost(0.5)]),
          rounds.latency(
            "to the other client", 0.99, \.delivered,
            [.atMost(2), .ratio(to: "Kafka", atLeast: 4)]),
          rounds.latency("to the acknowledgement", 0.5, \.acknowledged),
          rounds.latency("to the acknowledgement", 0.99, \.acknowledged),
          rounds.cpu(),
        ]
      }
    }

    static let wireClients = Benchmark(
      "wire-clients", "100-byte records over the wire, 50 clients that wait for each of theirs"
    ) { bench in
      try await bench.withServers { servers in
        let clients = bench.size(50, smoke: 4)
        let rounds = try WireRounds(
          "\(clients) clients",
          WireWork(
            kind: .manyClients(clients), records: bench.size(200_000, smoke: 400),
            recordBytes: 100),
          on: servers, rounds: bench.size(3, smoke: 1), bench)
        return [
          rounds.throughput(), rounds.cpu(), rounds.memory,
          rounds.latency("to the acknowledgement", 0.5, \.acknowledged),
          rounds.latency("to the acknowledgement", 0.99, \.acknowledged),
        ]
      }
    }
  }
#endif
