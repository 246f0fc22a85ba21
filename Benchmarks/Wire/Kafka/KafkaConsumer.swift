#if Peers
  import CRdKafka

  /// One consumer of librdkafka for partitions of a topic, from their beginning, in no group. Of
  /// one thread.
  final class KafkaConsumer {
    private static let batch = 1_000
    private let handle: KafkaHandle
    private let queue: OpaquePointer

    init(_ address: String, topic: String, partitions: Range<Int32> = 0..<1) throws {
      handle = try KafkaHandle(
        RD_KAFKA_CONSUMER,
        [
          "bootstrap.servers": address, "group.id": "bench", "enable.auto.commit": "false",
          "queued.min.messages": "1000000", "enable.partition.eof": "false",
        ])
      guard let queue = rd_kafka_queue_get_consumer(handle.client) else {
        throw BenchmarkFailure("librdkafka has no queue for its consumer")
      }
      self.queue = queue
      let assigned = rd_kafka_topic_partition_list_new(Int32(partitions.count))
      defer { rd_kafka_topic_partition_list_destroy(assigned) }
      for number in partitions {
        let partition = rd_kafka_topic_partition_list_add(assigned, topic, number)
        partition?.pointee.offset = 0
      }
      try check(rd_kafka_assign(handle.client, assigned), "assign partitions")
    }

    deinit {
      rd_kafka_queue_destroy(queue)
      rd_kafka_consumer_close(handle.client)
    }

    /// Reads until there were `count` records, and calls `body` with each.
    func read(_ count: Int, _ body: (UnsafeRawBufferPointer) -> Void = { _ in }) throws {
      var messages = [UnsafeMutablePointer<rd_kafka_message_t>?](
        repeating: nil, count: Self.batch)
      var seen = 0
      while seen < count {
        let found = rd_kafka_consume_batch_queue(
          queue, 100, &messages, min(messages.count, count - seen))
        guard found >= 0 else { return try check(rd_kafka_last_error(), "consume") }
        for index in 0..<found {
          guard let message = messages[index] else { continue }
          defer { rd_kafka_message_destroy(message) }
          try check(message.pointee.err, "consume")
          body(UnsafeRawBufferPointer(start: message.pointee.payload, count: message.pointee.len))
          seen += 1
        }
      }
    }

    /// Reads until there was a record: what was asked for once is waited for from then on.
    func readOne(_ body: (UnsafeRawBufferPointer) -> Void) throws {
      while true {
        guard let message = rd_kafka_consumer_poll(handle.client, 100) else { continue }
        defer { rd_kafka_message_destroy(message) }
        try check(message.pointee.err, "consume")
        return body(
          UnsafeRawBufferPointer(start: message.pointee.payload, count: message.pointee.len))
      }
    }
  }
#endif
