#if Peers
  /// Quorum queues of RabbitMQ, with publisher confirms and acknowledgements of many jobs at once.
  struct RabbitMQJobs: QueueServer {
    let name = "RabbitMQ"
    private let server: RabbitMQServer

    init?(in directory: String) throws {
      guard let server = try RabbitMQServer(in: directory) else { return nil }
      self.server = server
    }

    func stop() { server.stop() }

    func perform(_ work: QueueWork, on queue: String) async throws -> Duration {
      try RabbitMQLink(to: server.port).declareQuorumQueue(queue)
      let counter = JobCounter(work)
      try Side.runAll(Array(0...work.workers)) { number in
        let link = try RabbitMQLink(to: server.port)
        if number == 0 {
          try enqueue(work, on: queue, link)
        } else {
          try self.work(work, on: queue, link, until: counter)
        }
      }
      return try counter.duration()
    }

    private func enqueue(_ work: QueueWork, on queue: String, _ link: RabbitMQLink) throws {
      try link.confirms()
      let job = work.job
      var sent = 0
      while sent < work.jobs {
        let count = min(work.jobs - sent, work.batch)
        for _ in 0..<count { try link.publish(job, to: queue) }
        sent += count
        try link.awaitConfirmation(of: UInt64(sent))
      }
    }

    /// Acknowledges half a batch at a time, so that the server always has some to send.
    private func work(
      _ work: QueueWork, on queue: String, _ link: RabbitMQLink, until counter: JobCounter
    ) throws {
      try link.consume(queue, prefetch: work.batch)
      var taken = 0
      var last: UInt64 = 0
      while !counter.isDone {
        let tag = try link.next(within: 20)
        if let tag { (taken, last) = (taken + 1, tag) }
        guard taken > 0, tag == nil || taken >= work.batch / 2 else { continue }
        try link.acknowledge(upTo: last)
        counter.finish(taken)
        taken = 0
      }
    }
  }
#endif
