import Glibc

/// Redis Streams with an append-only file that is synced once a second, a server of its own on a
/// port of loopback, if it is installed. Its client is `redis-benchmark`.
final class RedisStreams: StreamServer {
  let name = "Redis Streams"
  let process: ServerProcess
  let port = UInt16(20_002 + getpid() % 20_000)

  /// Nil where it is not installed.
  init?(in directory: String) throws {
    guard let server = RedisPeer.server else { return nil }
    mkdir(directory, 0o755)
    guard !Loopback.isTaken(port) else {
      throw BenchmarkFailure("port \(port), where Redis is to be measured, is taken: run it again")
    }
    // The first word says which program of several it is to be.
    process = try ServerProcess(
      starting: server, as: "redis-server",
      [
        "--port", "\(port)", "--bind", "127.0.0.1", "--appendonly", "yes", "--appendfsync",
        "everysec", "--save", "", "--dir", directory, "--logfile", "redis.log",
      ], output: "\(directory)/said")
    try Loopback.wait(for: port, of: process, named: name)
  }

  func stop() { process.kill() }

  func perform(_ work: WireWork, on stream: String, _ meter: Meter) throws -> Bool {
    defer { _ = try? Shell.output("redis-cli -p \(port) DEL \(stream)") }
    let value = String(repeating: "v", count: work.recordBytes)
    let write = "XADD \(stream) '*' v \(value)"
    switch work.kind {
    case .produce(acks: .leader):
      try meter.count(work.records) { _ = try benchmark("-c 1 -P 500", work.records, write) }
    case .consume:
      let batch = 1_000
      _ = try benchmark("-c 1 -P 500", batch, write)
      try meter.count(work.records) {
        _ = try benchmark(
          "-c 1", work.records / batch, "XREAD COUNT \(batch) STREAMS \(stream) 0")
      }
    case .manyClients(let count):
      var line: [Double] = []
      try meter.count(work.records) { line = try benchmark("-c \(count)", work.records, write) }
      // After the rate: average, least, 50 %, 95 %, 99 %, most, in milliseconds.
      guard line.count == 7 else { throw BenchmarkFailure("redis-benchmark said: \(line)") }
      meter.acknowledged = Histogram(median: line[3], p99: line[5], count: work.records)
    case .produce, .both, .paced, .manyPartitions: return false
    }
    return true
  }

  /// The figures of a run of `redis-benchmark`.
  private func benchmark(_ options: String, _ count: Int, _ command: String) throws -> [Double] {
    let output = try Shell.output(
      "redis-benchmark -p \(port) --csv \(options) -n \(count) \(command) 2>/dev/null")
    let line = output.split(separator: "\n").last ?? ""
    return line.split(separator: ",").suffix(7).compactMap { field in
      Double(field.filter { $0 != "\"" })
    }
  }
}
