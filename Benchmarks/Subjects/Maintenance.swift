import Varve

extension Benchmark {
  static let maintenance = Benchmark(
    "maintenance", "batched appends, with compaction, cold compression and retention beside them"
  ) { bench in
    let names = ["Varve, maintenance at work", "maintenance idle"]
    var latencies = [[Double]](repeating: [], count: names.count)
    var upkeep: [MaintenanceRound.Upkeep] = []
    var rate = try await bench.compare(
      "append, 1,000 records of 100 bytes a batch", "M records/s",
      of: names.enumerated().map { index, name in
        Bench.Contender(name) {
          try await bench.inDirectory { directory in
            let round = try await MaintenanceRound(bench, at: directory)
            if index == 0 { try round.startUpkeep() }
            let (appended, seconds) = try round.append()
            latencies[index].append(round.histogram.percentile(0.99) / 1e3)
            if index == 0 { upkeep.append(try round.upkeep(in: seconds.wall)) }
            try await round.close()
            return Bench.Sample(
              Double(appended) / 1e6 / seconds.appending, hash: UInt64(appended))
          }
        }
      })
    rate.goals = [.ratio(to: names[1], atLeast: 0.8)]
    rate.notes = [MaintenanceRound.budget] + upkeep.map(\.description)
    let tail = Comparison(
      title: "append of such a batch, 99th percentile", unit: "µs", direction: .lowerIsBetter,
      figures: zip(names, latencies).map { Comparison.Figure(contender: $0, rounds: $1) })
    return [rate, tail]
  }
}
