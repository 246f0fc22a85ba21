#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif
import Dispatch

/// Tells systemd, or whoever started the program in its manner, how far it is: datagrams to the
/// socket that `NOTIFY_SOCKET` names (sd_notify(3)). Does nothing where that is not set.
struct ServiceManager {
  private let path: String?
  private let watchdog: (any DispatchSourceTimer)?

  /// Takes the socket, and how often a sign of life is wanted, from the environment.
  init(_ environment: [String: String]) {
    let path = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
    self.path = path
    guard let path, let period = Self.watchdogMicroseconds(environment) else {
      watchdog = nil
      return
    }
    let timer = DispatchSource.makeTimerSource(queue: .global())
    // Twice as often as it is wanted, as sd_watchdog_enabled(3) asks.
    timer.schedule(deadline: .now(), repeating: .microseconds(max(1, period / 2)))
    timer.setEventHandler { Self.send("WATCHDOG=1", to: path) }
    timer.resume()
    watchdog = timer
  }

  private static func watchdogMicroseconds(_ environment: [String: String]) -> Int? {
    if let process = environment["WATCHDOG_PID"], process != String(System.processID) { return nil }
    return environment["WATCHDOG_USEC"].flatMap { Int($0) }
  }

  /// Clients are let in from now on.
  func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }

  /// The configuration is taken anew; `ready` says when that is done.
  func reloading() { send("RELOADING=1") }

  /// Nobody is let in any more.
  func stopping() {
    watchdog?.cancel()
    send("STOPPING=1\nSTATUS=finishing what was begun")
  }

  private func send(_ message: String) {
    if let path { Self.send(message, to: path) }
  }

  /// Who cannot be told is not told: the program works without.
  private static func send(_ message: String, to path: String) {
    #if canImport(Glibc)
      let kind = Int32(SOCK_DGRAM.rawValue)
    #else
      let kind = SOCK_DGRAM
    #endif
    let descriptor = socket(AF_UNIX, kind, 0)
    guard descriptor >= 0 else { return }
    defer { System.close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    // An '@' stands for the zero byte of a name that is no file's.
    let name = path.hasPrefix("@") ? [0] + path.utf8.dropFirst() : Array(path.utf8)
    let isFit = withUnsafeMutableBytes(of: &address.sun_path) { room in
      guard name.count < room.count else { return false }
      room.copyBytes(from: name)
      return true
    }
    guard isFit else { return }
    let bytes = Array(message.utf8)
    let length = MemoryLayout<sockaddr_un>.offset(of: \.sun_path).map { $0 + name.count } ?? 0
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = sendto(descriptor, bytes, bytes.count, 0, $0, socklen_t(length))
      }
    }
  }
}
