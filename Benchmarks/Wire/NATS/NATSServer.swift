import Glibc

/// NATS JetStream with its file store, a server of its own on a port of loopback, if it is
/// installed (Debian's package `nats-server`).
///
/// Its client is ours: text over a socket, with up to 5,000 messages that were not acknowledged,
/// and reading by 5,000 a request.
final class NATSServer: StreamServer {
  private static let window = 5_000
  let name = "NATS JetStream"
  let process: ServerProcess
  private let port = UInt16(20_001 + getpid() % 20_000)

  /// Nil where it is not installed.
  init?(in directory: String) throws {
    let programs = ["/usr/sbin/nats-server", "/usr/bin/nats-server"]
    guard let program = programs.first(where: { access($0, X_OK) == 0 }) else { return nil }
    mkdir(directory, 0o755)
    guard !Loopback.isTaken(port) else {
      throw BenchmarkFailure("port \(port), where NATS is to be measured, is taken: run it again")
    }
    process = try ServerProcess(
      starting: program,
      ["-a", "127.0.0.1", "-p", "\(port)", "-js", "-sd", directory, "-l", "\(directory)/log"],
      output: "\(directory)/said")
    try Loopback.wait(for: port, of: process, named: name)
  }

  func stop() { process.kill() }

  func perform(_ work: WireWork, on stream: String, _ meter: Meter) throws -> Bool {
    let connection = try NATSConnection(to: port)
    _ = try connection.ask(
      "STREAM.CREATE.\(stream)",
      "{\"name\":\"\(stream)\",\"subjects\":[\"\(stream)\"],\"storage\":\"file\","
        + "\"retention\":\"limits\",\"num_replicas\":1}")
    switch work.kind {
    case .produce(let acks):
      // An acknowledgement says that the stream has it: there is one kind only.
      guard acks == .leader else { return false }
      try meter.count(work.records) { try write(work, stream, connection) }
    case .consume:
      try write(work, stream, connection)
      let reader = try NATSReader(NATSConnection(to: port), of: stream, batch: Self.window)
      try meter.count(work.records) { try reader.read(work.records) { _ in } }
    case .both:
      let reader = try NATSReader(NATSConnection(to: port), of: stream, batch: Self.window)
      try meter.count(work.records) {
        try Side.run {
          try reader.read(work.records) { _ in }
        } and: {
          try self.write(work, stream, connection)
        }
      }
    case .paced(let rate):
      let reader = try NATSReader(NATSConnection(to: port), of: stream, batch: Self.window)
      try paced(work, rate, stream, connection, reader, meter)
    case .manyClients(let count): try manyClients(work, count, stream, meter)
    case .manyPartitions: return false
    }
    return true
  }

  /// Publishes all records, and takes the acknowledgements in between.
  private func write(_ work: WireWork, _ stream: String, _ connection: NATSConnection) throws {
    let reply = "\(connection.inbox).ack"
    var open = 0
    try RecordPool(byteCount: work.recordBytes).forEach(work.records) { value in
      try value.withUnsafeBytes { try connection.publish(stream, reply: reply, $0) }
      open += 1
      guard open >= Self.window else { return }
      try connection.flush()
      // Half of the window at a time, so that both sides have something to do.
      for _ in 0..<Self.window / 2 { try connection.receive { _, _ in } }
      open -= Self.window / 2
    }
    try connection.flush()
    for _ in 0..<open { try connection.receive { _, _ in } }
  }

  private func paced(
    _ work: WireWork, _ rate: Int, _ stream: String, _ connection: NATSConnection,
    _ reader: NATSReader, _ meter: Meter
  ) throws {
    // Nobody listens for these acknowledgements.
    let reply = "nobody"
    var delivered = Histogram()
    try meter.count(work.records) {
      try Side.run {
        try reader.read(work.records) { delivered.add(Pace.age(of: $0)) }
      } and: {
        try Pace(rate).send(work.records, of: work.recordBytes) {
          try connection.publish(stream, reply: reply, $0)
          try connection.flush()
        } idle: {
        }
      }
    }
    meter.delivered = delivered
  }

  private func manyClients(
    _ work: WireWork, _ count: Int, _ stream: String, _ meter: Meter
  ) throws {
    let clients = try (0..<count).map { _ in
      NATSClient(try NATSConnection(to: port))
    }
    let each = work.records / count
    try meter.count(each * count) {
      try Side.runAll(clients) { try $0.send(each, of: work.recordBytes, to: stream) }
    }
    for client in clients { meter.acknowledged.add(client.latencies) }
  }
}

/// One of many clients, which waits for each acknowledgement.
private final class NATSClient {
  private let connection: NATSConnection
  private(set) var latencies = Histogram()

  init(_ connection: NATSConnection) { self.connection = connection }

  func send(_ count: Int, of byteCount: Int, to stream: String) throws {
    let reply = "\(connection.inbox).ack"
    for _ in 0..<count {
      let sent = nanoseconds()
      try Pace.stamped(byteCount) { try connection.publish(stream, reply: reply, $0) }
      try connection.flush()
      try connection.receive { _, _ in }
      latencies.add(nanoseconds() &- sent)
    }
  }
}
