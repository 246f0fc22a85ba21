#if Peers
  import CRabbitMQ
  import Glibc

  /// A connection to RabbitMQ with one channel, of one thread.
  final class RabbitMQLink {
    private static let channel: amqp_channel_t = 1
    private let connection: amqp_connection_state_t

    init(to port: UInt16) throws {
      connection = amqp_new_connection()
      let socket = amqp_tcp_socket_new(connection)
      guard let socket, amqp_socket_open(socket, "127.0.0.1", Int32(port)) == 0 else {
        throw BenchmarkFailure("cannot connect to RabbitMQ")
      }
      try check(varve_amqp_login(connection, "guest", "guest"), "logging in")
      _ = amqp_channel_open(connection, Self.channel)
      try check(amqp_get_rpc_reply(connection), "opening a channel")
    }

    deinit { amqp_destroy_connection(connection) }

    private func check(_ reply: amqp_rpc_reply_t, _ what: String) throws {
      guard reply.reply_type == AMQP_RESPONSE_NORMAL else {
        throw BenchmarkFailure("RabbitMQ: \(what) failed")
      }
    }

    private func withBytes<Result>(
      _ text: String, _ body: (amqp_bytes_t) throws -> Result
    ) rethrows -> Result {
      var text = text
      return try text.withUTF8 { bytes in
        try body(
          amqp_bytes_t(
            len: bytes.count, bytes: UnsafeMutableRawPointer(mutating: bytes.baseAddress)))
      }
    }

    /// A queue whose jobs survive its server.
    func declareQuorumQueue(_ name: String) throws {
      try withBytes(name) { name in
        try withBytes("x-queue-type") { key in
          try withBytes("quorum") { value in
            var entry = amqp_table_entry_t()
            entry.key = key
            entry.value.kind = UInt8(AMQP_FIELD_KIND_UTF8.rawValue)
            entry.value.value.bytes = value
            try withUnsafeMutablePointer(to: &entry) { entry in
              let table = amqp_table_t(num_entries: 1, entries: entry)
              _ = amqp_queue_declare(connection, Self.channel, name, 0, 1, 0, 0, table)
              try check(amqp_get_rpc_reply(connection), "declaring a queue")
            }
          }
        }
      }
    }

    // MARK: Sending

    /// Has the server confirm what is published.
    func confirms() throws {
      _ = amqp_confirm_select(connection, Self.channel)
      try check(amqp_get_rpc_reply(connection), "confirm.select")
    }

    /// Publishes a persistent job.
    func publish(_ job: String, to queue: String) throws {
      var properties = amqp_basic_properties_t()
      properties._flags = amqp_flags_t(AMQP_BASIC_DELIVERY_MODE_FLAG)
      properties.delivery_mode = 2
      let code = withBytes(job) { job in
        withBytes(queue) { queue in
          amqp_basic_publish(
            connection, Self.channel, amqp_empty_bytes, queue, 0, 0, &properties, job)
        }
      }
      guard code == 0 else { throw BenchmarkFailure("RabbitMQ: publishing failed") }
    }

    /// Waits until the server has confirmed all up to a number, counted from 1.
    func awaitConfirmation(of last: UInt64) throws {
      var confirmed: UInt64 = 0
      while confirmed < last {
        var frame = amqp_frame_t()
        guard amqp_simple_wait_frame(connection, &frame) == 0,
          UInt32(frame.frame_type) == UInt32(AMQP_FRAME_METHOD),
          frame.payload.method.id == amqp_method_number_t(AMQP_BASIC_ACK_METHOD),
          let ack = frame.payload.method.decoded?.assumingMemoryBound(to: amqp_basic_ack_t.self)
        else { throw BenchmarkFailure("RabbitMQ: a job was not confirmed") }
        confirmed = max(confirmed, ack.pointee.delivery_tag)
        amqp_maybe_release_buffers(connection)
      }
    }

    // MARK: Receiving

    /// Subscribes to a queue, with so many jobs that are not acknowledged.
    func consume(_ queue: String, prefetch: Int) throws {
      _ = amqp_basic_qos(connection, Self.channel, 0, UInt16(prefetch), 0)
      try check(amqp_get_rpc_reply(connection), "basic.qos")
      withBytes(queue) { queue in
        _ = amqp_basic_consume(
          connection, Self.channel, queue, amqp_empty_bytes, 0, 0, 0, amqp_empty_table)
      }
      try check(amqp_get_rpc_reply(connection), "basic.consume")
    }

    /// The tag of the next job; nil where none comes within `milliseconds`.
    func next(within milliseconds: Int) throws -> UInt64? {
      var envelope = amqp_envelope_t()
      var time = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
      amqp_maybe_release_buffers(connection)
      let reply = amqp_consume_message(connection, &envelope, &time, 0)
      if reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION
        && reply.library_error == Int32(AMQP_STATUS_TIMEOUT.rawValue)
      {
        return nil
      }
      try check(reply, "waiting for a job")
      defer { amqp_destroy_envelope(&envelope) }
      return envelope.delivery_tag
    }

    /// Says that all jobs up to a tag are done.
    func acknowledge(upTo tag: UInt64) throws {
      guard amqp_basic_ack(connection, Self.channel, tag, 1) == 0 else {
        throw BenchmarkFailure("RabbitMQ: acknowledging failed")
      }
    }
  }
#endif
