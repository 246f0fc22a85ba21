#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

extension Socket {
  /// How many connections may wait to be accepted.
  private static let backlog: Int32 = 1_024

  /// Listens at an address, whose host may be a name.
  static func listening(at address: SocketAddress) throws(NetworkError) -> Socket {
    let found = try AddressLookup(address)
    let descriptor = socket(found.family, streamType, 0)
    guard descriptor >= 0 else { throw NetworkError("make a socket", errno: errno) }
    let result = Socket(owning: descriptor)
    makeNonBlocking(descriptor)
    // A port whose last connections are not yet forgotten can be listened at again.
    setOption(descriptor, SOL_SOCKET, SO_REUSEADDR)
    guard found.bind(descriptor) == 0, listen(descriptor, backlog) == 0 else {
      throw NetworkError("listen at \(address)", errno: errno)
    }
    return result
  }

  /// Takes a connection that waits; nil where none does.
  func accept() throws(NetworkError) -> Socket? {
    while true {
      let accepted = sysAccept(descriptor)
      if accepted >= 0 {
        Self.prepare(accepted)
        return Socket(owning: accepted)
      }
      switch errno {
      // Who connected has gone again.
      case EINTR, ECONNABORTED: continue
      case let number where Self.isWouldBlock(number): return nil
      default: throw NetworkError("accept a connection", errno: errno)
      }
    }
  }

  private static func prepare(_ descriptor: Int32) {
    makeNonBlocking(descriptor)
    // An answer is written whole: to wait for more would only delay it.
    setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY)
    // A peer whose machine has gone is noticed in the end.
    setOption(descriptor, SOL_SOCKET, SO_KEEPALIVE)
    #if canImport(Darwin)
      setOption(descriptor, SOL_SOCKET, SO_NOSIGPIPE)
    #endif
  }

  /// Sets both flags, which cannot fail for a descriptor that is one.
  static func makeNonBlocking(_ descriptor: Int32) {
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  private static func setOption(_ descriptor: Int32, _ level: Int32, _ option: Int32) {
    var on: Int32 = 1
    // These are hints: a connection works without.
    _ = unsafe setsockopt(descriptor, level, option, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  private static var streamType: Int32 {
    #if canImport(Glibc)
      Int32(SOCK_STREAM.rawValue)
    #else
      SOCK_STREAM
    #endif
  }
}

// Inside `Socket` the name means its own function.
private func sysAccept(_ descriptor: Int32) -> Int32 { accept(descriptor, nil, nil) }
