#if Peers
  import Varve
  import VarveBase

  /// Share groups of Varve, in this process or over the wire.
  struct VarveJobs: QueueServer {
    let name: String
    let varve: Varve

    func stop() {}

    func perform(_ work: QueueWork, on queue: String) async throws -> Duration {
      try await varve.createTopic(queue, config: [.retentionForever])
      try await varve.configureGroup(
        queue, [.begins(withFirstRecord: true), .queue(), .lockDuration(.seconds(60))])
      let counter = JobCounter(work)
      try await withThrowingTaskGroup { group in
        group.addTask { try await enqueue(work, on: queue) }
        for _ in 0..<work.workers {
          group.addTask { try await self.work(work, on: queue, until: counter) }
        }
        try await group.waitForAll()
      }
      return try counter.duration()
    }

    private func enqueue(_ work: QueueWork, on queue: String) async throws {
      let producer = try varve.producer()
      let job = work.job
      for _ in 0..<work.jobs { try await producer.enqueue(queue, value: job) }
      try await producer.close()
    }

    private func work(
      _ work: QueueWork, on queue: String, until counter: JobCounter
    ) async throws {
      var options = ShareConsumer.Options()
      options.recordsMax = work.batch
      options.pollTimeout = .milliseconds(100)
      let consumer = try await varve.shareConsumer(
        group: queue, topics: [queue], options: options)
      while !counter.isDone {
        let jobs = try await consumer.poll()
        guard !jobs.isEmpty else { continue }
        try await consumer.acknowledge(jobs)
        counter.finish(jobs.count)
      }
      try await consumer.close()
    }
  }
#endif
