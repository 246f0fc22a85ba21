#if Peers
  import CRdKafka

  /// A server that speaks Kafka's protocol, Varve or a peer, by librdkafka. The same settings for
  /// all of them.
  final class KafkaServer: StreamServer {
    let name: String
    let process: ServerProcess
    let address: String
    private let ended: () -> Void

    init(
      _ name: String, at address: String, process: ServerProcess, ended: @escaping () -> Void
    ) {
      self.name = name
      self.address = address
      self.process = process
      self.ended = ended
    }

    func stop() { ended() }

    func perform(_ work: WireWork, on stream: String, _ meter: Meter) throws -> Bool {
      try KafkaHandle(RD_KAFKA_PRODUCER, ["bootstrap.servers": address])
        .createTopic(stream, partitions: work.kind.partitions)
      switch work.kind {
      case .produce(let acks):
        let producer = try KafkaProducer(address, topic: stream, acks: acks)
        try Self.begin(producer, work)
        try meter.count(work.records) { try Self.write(work, by: producer) }
      case .consume:
        try Self.write(work, by: KafkaProducer(address, topic: stream, acks: .leader))
        // A client fetches ahead as soon as it is there.
        try meter.count(work.records) {
          try KafkaConsumer(address, topic: stream).read(work.records)
        }
      case .both: try both(work, stream, meter)
      case .paced(let rate): try paced(work, rate, stream, meter)
      case .manyClients(let count): try manyClients(work, count, stream, meter)
      case .manyPartitions(let count, let readers, let dealing, let rate):
        try manyPartitions(work, count, readers, dealing, rate, stream, meter)
      }
      return true
    }

    /// Has the client connected, and the topic known to it, before anything is measured.
    private static func begin(_ producer: KafkaProducer, _ work: WireWork) throws {
      try RecordPool(byteCount: work.recordBytes).value(0).withUnsafeBytes(producer.send)
      try producer.wait(for: 1)
    }

    private static func write(_ work: WireWork, by producer: KafkaProducer) throws {
      let expected = producer.delivered + work.records
      var count = 0
      try RecordPool(byteCount: work.recordBytes).forEach(work.records) { value in
        try value.withUnsafeBytes(producer.send)
        count += 1
        if count.isMultiple(of: 1_000) { try producer.poll() }
      }
      try producer.wait(for: expected)
    }

    private func both(_ work: WireWork, _ stream: String, _ meter: Meter) throws {
      let producer = try KafkaProducer(address, topic: stream, acks: .leader)
      let consumer = try KafkaConsumer(address, topic: stream)
      try Self.begin(producer, work)
      try consumer.read(1)
      try meter.count(work.records) {
        try Side.run {
          try consumer.read(work.records)
        } and: {
          try Self.write(work, by: producer)
        }
      }
    }

    private func paced(_ work: WireWork, _ rate: Int, _ stream: String, _ meter: Meter) throws {
      let producer = try KafkaProducer(
        address, topic: stream, acks: .leader, lingers: false, isTimed: true)
      let consumer = try KafkaConsumer(address, topic: stream)
      let warmUp = rate / 4
      try Pace(rate).send(warmUp, of: work.recordBytes, producer.send) { try producer.poll() }
      try consumer.read(warmUp)
      try producer.wait(for: warmUp)
      var delivered = Histogram()
      let before = producer.latencies
      try meter.count(work.records) {
        try Side.run {
          for _ in 0..<work.records {
            try consumer.readOne { delivered.add(Pace.age(of: $0)) }
          }
        } and: {
          try Pace(rate).send(work.records, of: work.recordBytes, producer.send) {
            try producer.poll()
          }
          try producer.wait(for: warmUp + work.records)
        }
      }
      meter.delivered = delivered
      meter.acknowledged = producer.latencies.subtracting(before)
    }

    private func manyClients(
      _ work: WireWork, _ count: Int, _ stream: String, _ meter: Meter
    ) throws {
      let producers = try (0..<count).map { _ in
        let producer = try KafkaProducer(
          address, topic: stream, acks: .leader, lingers: false, isTimed: true)
        try Self.begin(producer, work)
        return producer
      }
      let each = work.records / count
      let before = producers.map(\.latencies)
      try meter.count(each * count) {
        try Side.runAll(producers) { producer in
          for _ in 0..<each {
            try Pace.stamped(work.recordBytes, producer.send)
            try producer.wait(for: producer.delivered + 1)
          }
        }
      }
      for (producer, before) in zip(producers, before) {
        meter.acknowledged.add(producer.latencies.subtracting(before))
      }
    }
  }
#endif
