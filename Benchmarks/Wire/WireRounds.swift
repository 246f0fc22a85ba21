/// Rounds of one kind of work, by several servers in turn.
struct WireRounds {
  let title: String
  let work: WireWork
  /// By server, in the order of the first round.
  private var meters: [(name: String, rounds: [Meter])] = []

  /// Runs the rounds. The first is Varve; servers without anything of the kind are left out.
  init(
    _ title: String, _ work: WireWork, on servers: [any StreamServer], rounds: Int, _ bench: Bench
  ) throws {
    self.title = title
    self.work = work
    meters = servers.map { ($0.name, []) }
    for round in 0..<rounds {
      for (index, server) in servers.enumerated() {
        let meter = Meter(server.process)
        let stream = "\(title.filter { $0.isLetter || $0.isNumber })-\(round)"
        guard try server.perform(work, on: stream, meter) else { continue }
        meters[index].rounds.append(meter)
        bench.note(hash: UInt64(meter.records))
      }
    }
    meters.removeAll { $0.rounds.isEmpty }
  }

  func comparison(
    _ what: String, _ unit: String, _ direction: Comparison.Direction,
    _ goals: [Comparison.Goal] = [], _ figure: (Meter) -> Double
  ) -> Comparison {
    Comparison(
      title: "\(title): \(what)", unit: unit, direction: direction,
      figures: meters.map {
        Comparison.Figure(contender: $0.name, rounds: $0.rounds.map(figure))
      }, goals: goals)
  }

  func throughput(_ goals: [Comparison.Goal] = []) -> Comparison {
    comparison("throughput", "k records/s", .higherIsBetter, goals) {
      Double($0.records) / 1e3 / $0.seconds
    }
  }

  func cpu(_ goals: [Comparison.Goal] = []) -> Comparison {
    comparison("the server's CPU", "s per million records", .lowerIsBetter, goals) {
      $0.cpuSecondsPerMillion
    }
  }

  var memory: Comparison {
    comparison("the server's own memory, peak", "MiB", .lowerIsBetter) {
      Double($0.peakBytes) / Double(1 << 20)
    }
  }

  /// A share of the times from handing a record over to its acknowledgement, or its delivery. Of
  /// the servers where that was measured.
  func latency(
    _ what: String, _ share: Double, _ histogram: (Meter) -> Histogram,
    _ goals: [Comparison.Goal] = []
  ) -> Comparison {
    Comparison(
      title: "\(title): \(what), \(Table.number(share * 100)) %", unit: "ms",
      direction: .lowerIsBetter,
      figures: meters.compactMap { name, rounds in
        let histograms = rounds.map(histogram).filter { $0.count > 0 }
        guard !histograms.isEmpty else { return nil }
        return Comparison.Figure(
          contender: name, rounds: histograms.map { $0.percentile(share) / 1e6 })
      }, goals: goals)
  }
}
