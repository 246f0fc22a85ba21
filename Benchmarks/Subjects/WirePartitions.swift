#if Peers
  extension Benchmark {
    static let wirePartitions = Benchmark(
      "wire-partitions",
      "100-byte records over the wire, 2,000 a second, round 1,000 partitions with 100 readers"
    ) { bench in
      var dealings: [WireWork.Dealing] = [.none, .classic]
      if KafkaConsumer.knowsConsumerProtocol { dealings.append(.consumer) }
      var all: [Comparison] = []
      // Servers of its own for each: they hold some thousand files a round.
      for dealing in dealings {
        all += try await bench.withServers { try rounds(bench, dealing, $0) }
      }
      return all
    }

    private static func rounds(
      _ bench: Bench, _ dealing: WireWork.Dealing, _ servers: [any StreamServer]
    ) throws -> [Comparison] {
      let partitions = Int32(bench.size(1_000, smoke: 20))
      let readers = Int32(bench.size(100, smoke: 2))
      let work = WireWork(
        kind: .manyPartitions(partitions, readers: readers, dealing, recordsPerSecond: 2_000),
        records: Int(partitions) * bench.size(20, smoke: 3), recordBytes: 100)
      return comparisons(
        of: try WireRounds(
          "\(partitions) partitions, \(dealing.rawValue)", work, on: servers,
          rounds: bench.size(3, smoke: 1), bench))
    }

    private static func comparisons(of rounds: WireRounds) -> [Comparison] {
      let resident = rounds.comparison(
        "resident memory", "MiB", .lowerIsBetter, [.atMost(256)]
      ) { Double($0.residentBytes) / Double(1 << 20) }
      return [
        resident, rounds.memory,
        rounds.latency("to the reader", 0.5, \.delivered),
        rounds.latency("to the reader", 0.99, \.delivered, [.atMost(20)]),
        rounds.cpu(),
      ]
    }
  }
#endif
