#if Peers
  import CRdKafka

  /// One consumer of librdkafka for partitions of a topic, from their beginning: for some in no
  /// group, or for those that its group deals it. Of one thread.
  final class KafkaConsumer {
    private static let batch = 1_000
    private let handle: KafkaHandle
    private let queue: OpaquePointer

    convenience init(_ address: String, topic: String, partitions: Range<Int32> = 0..<1) throws {
      try self.init(address, group: "bench")
      let assigned = rd_kafka_topic_partition_list_new(Int32(partitions.count))
      defer { rd_kafka_topic_partition_list_destroy(assigned) }
      for number in partitions {
        let partition = rd_kafka_topic_partition_list_add(assigned, topic, number)
        partition?.pointee.offset = 0
      }
      try check(rd_kafka_assign(handle.client, assigned), "assign partitions")
    }

    /// By a protocol of groups: `classic`, or KIP-848's, `consumer`.
    convenience init(
      _ address: String, topic: String, memberOf group: String, by groupProtocol: String
    ) throws {
      try self.init(address, group: group, by: groupProtocol)
      let topics = rd_kafka_topic_partition_list_new(1)
      defer { rd_kafka_topic_partition_list_destroy(topics) }
      rd_kafka_topic_partition_list_add(topics, topic, RD_KAFKA_PARTITION_UA)
      // Members are called back for what they are dealt while they poll.
      try check(rd_kafka_poll_set_consumer(handle.client), "poll the consumer")
      try check(rd_kafka_subscribe(handle.client, topics), "subscribe")
    }

    private init(
      _ address: String, group: String, by groupProtocol: String = "classic"
    ) throws {
      let settings = [
        "bootstrap.servers": address, "group.id": group, "enable.auto.commit": "false",
        "queued.min.messages": "1000000", "enable.partition.eof": "false",
        "auto.offset.reset": "earliest", "log_level": "3",
      ]
      // Older ones know the classic protocol only, and no name for it.
      let more = Self.knowsConsumerProtocol ? ["group.protocol": groupProtocol] : [:]
      handle = try KafkaHandle(
        RD_KAFKA_CONSUMER, settings.merging(more) { $1 })
      guard let queue = rd_kafka_queue_get_consumer(handle.client) else {
        throw BenchmarkFailure("librdkafka has no queue for its consumer")
      }
      self.queue = queue
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

    /// Whether librdkafka has the protocol of KIP-848. Debian 12's 2.0.2 has not; the one in
    /// confluent-kafka's wheel can be loaded before it (`LD_PRELOAD`).
    static var knowsConsumerProtocol: Bool { rd_kafka_version() >= 0x0206_0000 }

    /// Waits until there was a record.
    func readOne(_ body: (UnsafeRawBufferPointer) -> Void) throws {
      var isRead = false
      while !isRead {
        try poll(milliseconds: 100) {
          body($0)
          isRead = true
        }
      }
    }

    /// Waits so long for a record, and calls `body` with it.
    func poll(milliseconds: Int32, _ body: (UnsafeRawBufferPointer) -> Void) throws {
      guard let message = rd_kafka_consumer_poll(handle.client, milliseconds) else { return }
      defer { rd_kafka_message_destroy(message) }
      try check(message.pointee.err, "consume")
      body(UnsafeRawBufferPointer(start: message.pointee.payload, count: message.pointee.len))
    }

    /// How many partitions its group has dealt it.
    func assignedCount() throws -> Int {
      var list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
      try check(rd_kafka_assignment(handle.client, &list), "see the assignment")
      defer { rd_kafka_topic_partition_list_destroy(list) }
      return Int(list?.pointee.cnt ?? 0)
    }
  }
#endif
