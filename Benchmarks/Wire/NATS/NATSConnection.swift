import Glibc

/// A connection to a NATS server that speaks its text protocol: as little of it as streams take.
/// Of one thread, or of one that writes and one that reads.
final class NATSConnection {
  private static let sendBytes = 64 << 10
  private let socket: Int32
  private var unsent: [UInt8] = []
  private var received = [UInt8](repeating: 0, count: 1 << 20)
  private var start = 0
  private var end = 0

  /// A message, whose bytes are there for the call only.
  typealias Receiver = (_ subject: Substring, _ payload: UnsafeRawBufferPointer) throws -> Void

  init(to port: UInt16) throws {
    guard let socket = Loopback.connect(to: port) else {
      throw BenchmarkFailure("no NATS server listens at port \(port)")
    }
    self.socket = socket
    var on: Int32 = 1
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    _ = try line()
    say("CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true,\"name\":\"bench\"}")
    say("SUB inbox.\(socket).* 1")
  }

  deinit { close(socket) }

  /// The prefix of subjects that come back to this connection.
  var inbox: String { "inbox.\(socket)" }

  // MARK: Sending

  private func say(_ line: String) {
    unsent += line.utf8
    unsent += [13, 10]
  }

  /// Publishes a message, once there are enough to be sent together or `flush` is called.
  func publish(_ subject: String, reply: String, _ payload: UnsafeRawBufferPointer) throws {
    say("PUB \(subject) \(reply) \(payload.count)")
    unsent += payload
    unsent += [13, 10]
    if unsent.count >= Self.sendBytes { try flush() }
  }

  func flush() throws {
    var sent = 0
    while sent < unsent.count {
      let count = unsent.withUnsafeBytes { bytes in
        Glibc.send(
          socket, bytes.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw BenchmarkFailure("the NATS server closed the connection") }
      sent += count
    }
    unsent.removeAll(keepingCapacity: true)
  }

  // MARK: Receiving

  /// Waits for a message, and hands it over.
  func receive(_ body: Receiver) throws {
    while true {
      let words = try line().split(separator: " ")
      switch words.first {
      case "MSG", "HMSG":
        guard let count = words.last.flatMap({ Int($0) }) else { break }
        try ensure(count + 2)
        defer { start += count + 2 }
        return try received.withUnsafeBytes { bytes in
          try body(words[1], UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]))
        }
      case "PING":
        say("PONG")
        try flush()
      case "-ERR": throw BenchmarkFailure("NATS: \(words.joined(separator: " "))")
      default: break
      }
    }
  }

  /// Asks JetStream for something, in JSON, and returns its answer. Throws where that is an error.
  func ask(_ subject: String, _ json: String) throws -> String {
    var json = json
    try json.withUTF8 { text in
      try publish("$JS.API.\(subject)", reply: "\(inbox).asked", UnsafeRawBufferPointer(text))
    }
    try flush()
    var answer = ""
    try receive { _, payload in answer = String(decoding: payload, as: UTF8.self) }
    guard !answer.contains("\"error\"") else { throw BenchmarkFailure("JetStream: \(answer)") }
    return answer
  }

  private func line() throws -> String {
    var searched = start
    while true {
      if let found = received[searched..<end].firstIndex(of: 10) {
        defer { start = found + 1 }
        return String(decoding: received[start..<max(start, found - 1)], as: UTF8.self)
      }
      searched = end
      let shift = start
      try more()
      if start == 0 { searched -= shift }
    }
  }

  private func ensure(_ count: Int) throws {
    while end - start < count { try more() }
  }

  /// Reads what comes next, behind what is not used yet.
  private func more() throws {
    if start > 0 && end > received.count / 2 {
      received.replaceSubrange(0..<end - start, with: Array(received[start..<end]))
      end -= start
      start = 0
    }
    if end == received.count { received += [UInt8](repeating: 0, count: received.count) }
    let count = received.withUnsafeMutableBytes { bytes in
      recv(socket, bytes.baseAddress! + end, bytes.count - end, 0)
    }
    guard count > 0 else { throw BenchmarkFailure("the NATS server closed the connection") }
    end += count
  }
}
