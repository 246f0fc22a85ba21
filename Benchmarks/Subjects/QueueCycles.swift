#if Peers
  import Varve
  import VarveBase

  extension Benchmark {
    static let queueCycles = Benchmark(
      "queue-cycles", "100-byte jobs: put into a queue, taken by 4 workers, acknowledged"
    ) { bench in
      let work = QueueWork(
        jobs: bench.size(200_000, smoke: 400), workers: 4, jobBytes: 100, batch: 500)
      return try await bench.inDirectory { directory in
        let served = try await ServedVarve(in: "\(directory)/varve", bench.options.program)
        let local = try await Varve.open("\(directory)/embedded")
        let remote = try await Varve.connect(to: served.address)
        var servers: [any QueueServer] = [
          VarveJobs(name: "Varve", varve: local),
          VarveJobs(name: "Varve over the wire", varve: remote),
        ]
        defer {
          for server in servers { server.stop() }
          served.kill()
        }
        if let redis = try RedisJobs(in: "\(directory)/redis") { servers.append(redis) }
        if let rabbit = try RabbitMQJobs(in: "\(directory)/rabbit") { servers.append(rabbit) }
        let comparison = try await compare(servers, work, bench)
        for varve in [remote, local] { try await varve.close() }
        try await served.close()
        return [comparison]
      }
    }

    private static func compare(
      _ servers: [any QueueServer], _ work: QueueWork, _ bench: Bench
    ) async throws -> Comparison {
      var round = 0
      var comparison = try await bench.compare(
        "jobs done, 4 workers of one partition", "k jobs/s", rounds: 3,
        of: servers.map { server in
          Bench.Contender(server.name) {
            round += 1
            let duration = try await server.perform(work, on: "jobs-\(round)")
            return Bench.Sample(work.jobs, per: 1e3, in: duration, hash: UInt64(work.jobs))
          }
        })
      comparison.goals = [
        .atLeast(50), .ratio(to: "Redis Streams", atLeast: 1), .ratio(to: "RabbitMQ", atLeast: 1),
      ]
      comparison.notes = [
        "Redis: XADD, XREADGROUP, XACK, appendfsync everysec; RabbitMQ: quorum queues, confirms"
      ]
      return comparison
    }
  }
#endif
