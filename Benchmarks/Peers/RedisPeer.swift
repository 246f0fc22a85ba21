import Glibc

/// A Redis server of its own on a port of loopback, with `appendfsync always`, driven by
/// `redis-benchmark`. Both are programs of the Debian package `redis-tools`.
struct RedisPeer {
  /// Of this process, so that another one's server is not taken for ours.
  private static let port = 20_000 + getpid() % 20_000
  private let server: String

  /// Nil where Redis is not installed.
  init?() {
    guard let server = Self.server else { return nil }
    self.server = server
  }

  /// The program, where its client is installed as well. It is the same executable by two names;
  /// which it is to be, the name that it is started by says.
  static var server: String? {
    let servers = ["/usr/bin/redis-server", "/usr/bin/redis-check-rdb"]
    guard access("/usr/bin/redis-benchmark", X_OK) == 0 else { return nil }
    return servers.first { access($0, X_OK) == 0 }
  }

  /// Appends to a stream; returns how many a second.
  func append(
    _ byteCount: Int, count: Int, connections: Int, in directory: String
  ) throws -> Double {
    guard !Loopback.isTaken(UInt16(Self.port)) else {
      throw BenchmarkFailure(
        "port \(Self.port) of 127.0.0.1 is taken, and Redis is measured there: run it again")
    }
    let process = try ServerProcess(
      starting: server, as: "redis-server",
      [
        "--port", "\(Self.port)", "--bind", "127.0.0.1", "--appendonly", "yes", "--appendfsync",
        "always", "--save", "", "--dir", directory, "--logfile", "redis.log",
      ], output: "\(directory)/said")
    // Nothing of it is kept.
    defer { process.kill() }
    try Loopback.wait(for: UInt16(Self.port), of: process, named: "Redis")
    let value = String(repeating: "v", count: byteCount)
    let benchmark = "redis-benchmark -p \(Self.port) --csv -c \(connections)"
    _ = try Shell.output("\(benchmark) -n \(connections) XADD records '*' v \(value)")
    let output = try Shell.output("\(benchmark) -n \(count) XADD records '*' v \(value)")
    // "XADD …","12345.67",…
    let line = output.split(separator: "\n").last ?? ""
    guard let rate = line.split(separator: "\",\"").dropFirst().first.flatMap({ Double($0) }) else {
      throw BenchmarkFailure("redis-benchmark said: \(output.prefix(200))")
    }
    return rate
  }
}

/// Other programs.
enum Shell {
  /// What a command prints.
  static func output(_ command: String) throws -> String {
    guard let pipe = popen(command, "r") else { throw BenchmarkFailure("cannot run \(command)") }
    defer { pclose(pipe) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = fread(&chunk, 1, chunk.count, pipe)
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The time from starting a command to its first line, and that line.
  static func firstLine(_ command: String) throws -> (Duration, String) {
    let start = ContinuousClock.now
    guard let pipe = popen(command, "r") else { throw BenchmarkFailure("cannot run \(command)") }
    defer { pclose(pipe) }
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, Int32(line.count), pipe) != nil else {
      throw BenchmarkFailure("\(command) printed nothing")
    }
    let duration = ContinuousClock.now - start
    let bytes = line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }
    return (duration, String(decoding: bytes, as: UTF8.self))
  }
}
