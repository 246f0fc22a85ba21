import Glibc

/// A Redis server of its own on a port of loopback, with `appendfsync always`, driven by
/// `redis-benchmark`. Both are programs of the Debian package `redis-tools`.
struct RedisPeer {
  /// Of this process, so that another one's server is not taken for ours.
  private static let port = 20_000 + getpid() % 20_000
  private let server: String

  /// Nil where Redis is not installed.
  init?() {
    // Of the same executable; which it is shows in the name that it is started by.
    let servers = ["/usr/bin/redis-server", "/usr/bin/redis-check-rdb"]
    guard access("/usr/bin/redis-benchmark", X_OK) == 0,
      let server = servers.first(where: { access($0, X_OK) == 0 })
    else { return nil }
    self.server = server
  }

  /// Appends to a stream; returns how many a second.
  func append(
    _ byteCount: Int, count: Int, connections: Int, in directory: String
  ) throws -> Double {
    guard !Loopback.isTaken(UInt16(Self.port)) else {
      throw BenchmarkFailure(
        "port \(Self.port) of 127.0.0.1 is taken, and Redis is measured there: run it again")
    }
    let process = try start(in: directory)
    defer {
      // Nothing of it is kept, and a signal that can be blocked may be: by the thread that starts.
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
    }
    let value = String(repeating: "v", count: byteCount)
    let benchmark = "redis-benchmark -p \(Self.port) --csv -c \(connections)"
    let ping = "redis-cli -p \(Self.port) PING >/dev/null 2>&1"
    _ = try Shell.output(
      "until \(ping); do [ -e /proc/\(process)/exe ] || exit; sleep 0.05; done; "
        + "\(benchmark) -n \(connections) XADD records '*' v \(value)")
    let output = try Shell.output("\(benchmark) -n \(count) XADD records '*' v \(value)")
    // "XADD …","12345.67",…
    let line = output.split(separator: "\n").last ?? ""
    guard let rate = line.split(separator: "\",\"").dropFirst().first.flatMap({ Double($0) }) else {
      throw BenchmarkFailure("redis-benchmark said: \(output.prefix(200))")
    }
    return rate
  }

  private func start(in directory: String) throws -> pid_t {
    let words = [
      "redis-server", "--port", "\(Self.port)", "--bind", "127.0.0.1", "--appendonly", "yes",
      "--appendfsync", "always", "--save", "", "--dir", directory, "--logfile", "redis.log",
    ]
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    guard posix_spawn(&process, server, nil, nil, &arguments, environ) == 0 else {
      throw BenchmarkFailure("cannot start \(server)")
    }
    return process
  }
}

/// Ports of this machine.
enum Loopback {
  /// Whether something listens on a port of 127.0.0.1.
  static func isTaken(_ port: UInt16) -> Bool {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard socket >= 0 else { return false }
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
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
