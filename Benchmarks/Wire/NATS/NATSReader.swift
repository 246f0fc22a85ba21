/// A consumer of a stream, which asks for so many messages at a time.
final class NATSReader {
  private let connection: NATSConnection
  private let stream: String
  private let batch: Int

  init(_ connection: NATSConnection, of stream: String, batch: Int) throws {
    self.connection = connection
    self.stream = stream
    self.batch = batch
    _ = try connection.ask(
      "CONSUMER.DURABLE.CREATE.\(stream).reader",
      "{\"stream_name\":\"\(stream)\",\"config\":{\"durable_name\":\"reader\","
        + "\"deliver_policy\":\"all\",\"ack_policy\":\"none\"}}")
  }

  /// Reads `count` messages, and calls `body` with each.
  func read(_ count: Int, _ body: (UnsafeRawBufferPointer) -> Void) throws {
    var asked = 0
    for seen in 0..<count {
      // The next are asked for when half of the last are there, so that the server always has some
      // to send.
      if asked < count, asked - seen <= batch / 2 {
        try ask(for: batch)
        asked += batch
      }
      var isRecord = false
      while !isRecord {
        try connection.receive { subject, payload in
          isRecord = subject == stream
          if isRecord { body(payload) }
        }
      }
    }
  }

  private func ask(for count: Int) throws {
    var json = "{\"batch\":\(count),\"expires\":60000000000}"
    try json.withUTF8 { text in
      try connection.publish(
        "$JS.API.CONSUMER.MSG.NEXT.\(stream).reader", reply: "\(connection.inbox).next",
        UnsafeRawBufferPointer(text))
    }
    try connection.flush()
  }
}
