#if Peers
  import CRdKafka

  /// A client of librdkafka, as a producer or as a consumer.
  final class KafkaHandle {
    let client: OpaquePointer

    /// `opaque` goes to the delivery reports of `delivered`, which are called by who polls.
    init(
      _ kind: rd_kafka_type_t, _ settings: [String: String],
      opaque: UnsafeMutableRawPointer? = nil,
      delivered: (
        @convention(c) (
          OpaquePointer?, UnsafePointer<rd_kafka_message_t>?, UnsafeMutableRawPointer?
        ) -> Void
      )? = nil
    ) throws {
      let configuration = rd_kafka_conf_new()
      var text = [CChar](repeating: 0, count: 512)
      for (name, value) in settings
      where rd_kafka_conf_set(configuration, name, value, &text, text.count) != RD_KAFKA_CONF_OK {
        rd_kafka_conf_destroy(configuration)
        throw BenchmarkFailure("librdkafka takes no \(name)=\(value): \(Self.string(text))")
      }
      rd_kafka_conf_set_opaque(configuration, opaque)
      if let delivered { rd_kafka_conf_set_dr_msg_cb(configuration, delivered) }
      guard let client = rd_kafka_new(kind, configuration, &text, text.count) else {
        rd_kafka_conf_destroy(configuration)
        throw BenchmarkFailure("librdkafka makes no client: \(Self.string(text))")
      }
      self.client = client
    }

    deinit { rd_kafka_destroy(client) }

    /// Makes a topic, and waits until it is there.
    func createTopic(_ name: String, partitions: Int32 = 1) throws {
      var text = [CChar](repeating: 0, count: 512)
      var topic = rd_kafka_NewTopic_new(name, partitions, 1, &text, text.count)
      guard topic != nil else { throw BenchmarkFailure(Self.string(text)) }
      defer { rd_kafka_NewTopic_destroy(topic) }
      let queue = rd_kafka_queue_new(client)
      defer { rd_kafka_queue_destroy(queue) }
      rd_kafka_CreateTopics(client, &topic, 1, nil, queue)
      guard let event = rd_kafka_queue_poll(queue, 30_000) else {
        throw BenchmarkFailure("the topic '\(name)' was not made within 30 seconds")
      }
      defer { rd_kafka_event_destroy(event) }
      try check(rd_kafka_event_error(event), "make the topic '\(name)'")
      var count = 0
      let results = rd_kafka_CreateTopics_result_topics(
        rd_kafka_event_CreateTopics_result(event), &count)
      for index in 0..<count {
        try check(rd_kafka_topic_result_error(results?[index]), "make the topic '\(name)'")
      }
    }

    private static func string(_ text: [CChar]) -> String {
      String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  func check(_ code: rd_kafka_resp_err_t, _ what: String) throws {
    guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
    throw BenchmarkFailure("cannot \(what): \(String(cString: rd_kafka_err2str(code)))")
  }
#endif
