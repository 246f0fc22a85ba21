import Foundation

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The socket that systemd listens at for word of a service.
final class ManagerSocket: Sendable {
  struct Failure: Error {}

  private let descriptor: Int32
  private let path: String

  init(_ path: String) throws {
    self.path = path
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(path.utf8)
    let isFit = withUnsafeMutableBytes(of: &address.sun_path) { room in
      guard name.count < room.count else { return false }
      room.copyBytes(from: name)
      return true
    }
    guard isFit else { throw Failure() }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw Failure() }
    // A program that says nothing fails the test, and does not hang it.
    var time = timeval(tv_sec: 300, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  /// What comes up to a message that begins so. The first sign of life makes a file `alive` beside
  /// the socket.
  func messages(until last: String) -> [String] {
    var messages: [String] = []
    while messages.last?.hasPrefix(last) != true {
      var buffer = [UInt8](repeating: 0, count: 1_000)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { return messages }
      messages.append(String(decoding: buffer.prefix(count), as: UTF8.self))
      if messages.last == "WATCHDOG=1" {
        let alive = URL(filePath: path).deletingLastPathComponent().appending(path: "alive")
        _ = FileManager.default.createFile(atPath: alive.path, contents: nil)
      }
    }
    return messages
  }
}
