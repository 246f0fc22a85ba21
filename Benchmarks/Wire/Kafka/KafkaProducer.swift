#if Peers
  import CRdKafka
  import Glibc

  /// One producer of librdkafka for a topic. Of one thread, which polls.
  final class KafkaProducer {
    private let handle: KafkaHandle
    private let topic: OpaquePointer
    private let reports: Reports

    /// What delivery reports tell.
    final class Reports {
      var delivered = 0
      var failure: rd_kafka_resp_err_t?
      /// From the time that a record's first bytes say to its acknowledgement; of single records.
      var latencies: Histogram?
    }

    /// Records go out in batches after 5 ms, or at once where `lingers` is false.
    init(
      _ address: String, topic name: String, acks: WireWork.Acks, lingers: Bool = true,
      isTimed: Bool = false
    ) throws {
      let reports = Reports()
      reports.latencies = isTimed ? Histogram() : nil
      self.reports = reports
      handle = try KafkaHandle(
        RD_KAFKA_PRODUCER,
        [
          "bootstrap.servers": address, "acks": acks.rawValue, "linger.ms": lingers ? "5" : "0",
          "queue.buffering.max.messages": "1000000", "socket.nagle.disable": "true",
          "enable.sparse.connections": "true", "log_level": "3",
        ],
        opaque: Unmanaged.passUnretained(reports).toOpaque()
      ) { _, message, opaque in
        guard let message, let opaque else { return }
        Unmanaged<Reports>.fromOpaque(opaque).takeUnretainedValue().note(message.pointee)
      }
      guard let topic = rd_kafka_topic_new(handle.client, name, nil) else {
        throw BenchmarkFailure("librdkafka knows no topic '\(name)'")
      }
      self.topic = topic
    }

    deinit { rd_kafka_topic_destroy(topic) }

    var delivered: Int { reports.delivered }
    var latencies: Histogram { reports.latencies ?? Histogram() }

    /// Hands a record over; waits only while the producer's own queue is full.
    func send(_ bytes: UnsafeRawBufferPointer, to partition: Int32) throws {
      let value = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
      while rd_kafka_produce(
        topic, partition, RD_KAFKA_MSG_F_COPY, value, bytes.count, nil, 0, nil) != 0
      {
        let code = rd_kafka_last_error()
        guard code == RD_KAFKA_RESP_ERR__QUEUE_FULL else { return try check(code, "produce") }
        try poll(milliseconds: 10)
      }
    }

    func send(_ bytes: UnsafeRawBufferPointer) throws { try send(bytes, to: 0) }

    /// Takes the reports that are there, or come within a time.
    func poll(milliseconds: Int32 = 0) throws {
      rd_kafka_poll(handle.client, milliseconds)
      if let failure = reports.failure { try check(failure, "have a record acknowledged") }
    }

    /// Waits until `count` records in all were acknowledged.
    func wait(for count: Int) throws {
      while reports.delivered < count { try poll(milliseconds: 100) }
    }
  }

  extension KafkaProducer.Reports {
    fileprivate func note(_ message: rd_kafka_message_t) {
      guard message.err == RD_KAFKA_RESP_ERR_NO_ERROR else { return failure = message.err }
      delivered += 1
      guard latencies != nil, message.len >= 8, let payload = message.payload else { return }
      latencies?.add(nanoseconds() &- payload.loadUnaligned(as: UInt64.self))
    }
  }
#endif
