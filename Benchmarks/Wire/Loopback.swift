import Glibc

/// Ports of this machine.
enum Loopback {
  /// A connection to a port of 127.0.0.1; nil where nothing listens.
  static func connect(to port: UInt16) -> Int32? {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard socket >= 0 else { return nil }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      close(socket)
      return nil
    }
    return socket
  }

  /// Whether something listens on a port of 127.0.0.1.
  static func isTaken(_ port: UInt16) -> Bool {
    guard let socket = connect(to: port) else { return false }
    close(socket)
    return true
  }

  /// Waits until a server that was started listens at its port.
  static func wait(for port: UInt16, of process: ServerProcess, named name: String) throws {
    while !isTaken(port) {
      guard process.isRunning else { throw BenchmarkFailure("\(name) ended as it started") }
      usleep(20_000)
    }
  }

  /// The first line that a server that was started writes to a file.
  static func firstLine(of path: String, by process: ServerProcess) throws -> String {
    while true {
      if let text = Machine.text(path), let end = text.firstIndex(of: "\n") {
        return String(text[..<end])
      }
      guard process.isRunning else {
        throw BenchmarkFailure("the server ended as it started: \(Machine.text(path) ?? "")")
      }
      usleep(5_000)
    }
  }
}
