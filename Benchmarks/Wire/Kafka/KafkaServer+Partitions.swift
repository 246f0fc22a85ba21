#if Peers
  import Glibc
  import Synchronization

  extension KafkaServer {
    /// Each reader has as many partitions as the others: side by side, or by the group's choice.
    func manyPartitions(
      _ work: WireWork, _ partitions: Int32, _ readers: Int32, _ dealing: WireWork.Dealing,
      _ rate: Int, _ stream: String, _ meter: Meter
    ) throws {
      let producer = try KafkaProducer(address, topic: stream, acks: .leader, lingers: false)
      let share = partitions / readers
      let consumers = try (0..<readers).map { number in
        dealing == .none
          ? try KafkaConsumer(
            address, topic: stream, partitions: number * share..<(number + 1) * share)
          : try KafkaConsumer(
            address, topic: stream, memberOf: "readers-of-\(stream)", by: "\(dealing)")
      }
      if dealing != .none { try settle(consumers, partitions) }
      let rounds = work.records / Int(partitions)
      // All are connected, and have read all that there is, before anything is measured.
      try exchange(1, work, partitions, rate, producer, consumers) { _ in }
      let delivered = Mutex(Histogram())
      try meter.count(rounds * Int(partitions)) {
        try exchange(rounds, work, partitions, rate, producer, consumers) { histogram in
          delivered.withLock { $0.add(histogram) }
        }
      }
      meter.delivered = delivered.withLock { $0 }
      meter.residentBytes = process.residentBytes
    }

    /// Waits until every member has its share of the partitions.
    private func settle(_ members: [KafkaConsumer], _ partitions: Int32) throws {
      while true {
        var dealt = 0
        var isShort = false
        for member in members {
          try member.poll(milliseconds: 0) { _ in }
          let count = try member.assignedCount()
          dealt += count
          if count < Int(partitions) / members.count { isShort = true }
        }
        if dealt == partitions, !isShort { return }
        usleep(10_000)
      }
    }

    /// Sends so many records to each partition, and has them read.
    private func exchange(
      _ rounds: Int, _ work: WireWork, _ partitions: Int32, _ rate: Int,
      _ producer: KafkaProducer, _ consumers: [KafkaConsumer], _ seen: (Histogram) -> Void
    ) throws {
      let expected = producer.delivered + rounds * Int(partitions)
      let unread = Atomic(rounds * Int(partitions))
      try Side.run {
        try Side.runAll(consumers) { consumer in
          var histogram = Histogram()
          while unread.load(ordering: .relaxed) > 0 {
            try consumer.poll(milliseconds: 100) {
              histogram.add(Pace.age(of: $0))
              unread.subtract(1, ordering: .relaxed)
            }
          }
          seen(histogram)
        }
      } and: {
        var next: Int32 = 0
        try Pace(rate).send(rounds * Int(partitions), of: work.recordBytes) { bytes in
          try producer.send(bytes, to: next)
          next = (next + 1) % partitions
        } idle: {
          try producer.poll()
        }
        try producer.wait(for: expected)
      }
    }
  }
#endif
