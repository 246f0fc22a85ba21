import Foundation
import Glibc
import Synchronization

/// Stands between clients and a server on the loopback, and cuts their connections when it is told
/// to. Each direction of each connection has a thread.
final class Relay: Sendable {
  let port: UInt16
  private let listener: Int32
  private let state = Mutex(State())

  private struct State {
    var target: UInt16?
    var sockets: Set<Int32> = []
    var takesConnections = true
  }

  struct Failure: Error {}

  init() throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard let port = Self.listen(listener) else { throw Failure() }
    self.port = port
    let listener = listener
    Thread { [weak self] in
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0, let relay = self else { return }
        relay.take(client)
      }
    }.start()
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  /// Where connections lead to from now on.
  func lead(to port: UInt16) { state.withLock { $0.target = port } }

  /// Cuts all connections. New ones are taken, unless this was the last time.
  func cut(isLast: Bool = false) {
    state.withLock { state in
      for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
      if isLast { state.takesConnections = false }
    }
  }

  private func take(_ client: Int32) {
    let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let isTaken = state.withLock { state in
      guard state.takesConnections, let target = state.target, Self.connect(server, target) else {
        return false
      }
      state.sockets.formUnion([client, server])
      return true
    }
    guard isTaken else {
      close(client)
      close(server)
      return
    }
    let ended = Mutex(0)
    let isSecond: @Sendable () -> Bool = {
      ended.withLock { count in
        count += 1
        return count == 2
      }
    }
    for (from, to) in [(client, server), (server, client)] {
      Thread {
        Self.pump(from, to)
        shutdown(from, Int32(SHUT_RDWR))
        shutdown(to, Int32(SHUT_RDWR))
        // Both use both.
        if isSecond() { self.forget(client, server) }
      }.start()
    }
  }

  private func forget(_ sockets: Int32...) {
    state.withLock { state in
      for socket in sockets {
        state.sockets.remove(socket)
        close(socket)
      }
    }
  }

  // MARK: Sockets

  private static func pump(_ from: Int32, _ to: Int32) {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = recv(from, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      var sent = 0
      while sent < count {
        let result = buffer[sent..<count].withUnsafeBytes {
          send(to, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard result > 0 else { return }
        sent += result
      }
    }
  }

  private static func listen(_ socket: Int32) -> UInt16? {
    withLoopback(0) { address, length in
      guard bind(socket, address, length.pointee) == 0, Glibc.listen(socket, 16) == 0 else {
        return false
      }
      return getsockname(socket, address, length) == 0
    }
  }

  private static func connect(_ socket: Int32, _ port: UInt16) -> Bool {
    withLoopback(port) { Glibc.connect(socket, $0, $1.pointee) == 0 } != nil
  }

  /// The port of the address after `body`; nil where that failed.
  private static func withLoopback(
    _ port: UInt16,
    _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Bool
  ) -> UInt16? {
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isDone = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
    }
    return isDone ? UInt16(bigEndian: name.sin_port) : nil
  }
}
