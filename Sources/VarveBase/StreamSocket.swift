#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// What every connection of ours is set to, whichever side opened it.
package enum StreamSocket {
  /// For connections: calls never block, and what is written is sent at once.
  package static func prepare(_ descriptor: Int32) {
    makeNonBlocking(descriptor)
    // A message is written whole: to wait for more would only delay it.
    set(TCP_NODELAY, of: Int32(IPPROTO_TCP), on: descriptor)
    // A peer whose machine has gone is noticed in the end.
    set(SO_KEEPALIVE, of: SOL_SOCKET, on: descriptor)
    #if canImport(Darwin)
      set(SO_NOSIGPIPE, of: SOL_SOCKET, on: descriptor)
    #endif
  }

  /// Sets both flags, which cannot fail for a descriptor that is one.
  package static func makeNonBlocking(_ descriptor: Int32) {
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  package static func set(_ option: Int32, of level: Int32, on descriptor: Int32) {
    var on: Int32 = 1
    // These are hints: a connection works without.
    _ = unsafe setsockopt(descriptor, level, option, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  /// What the system calls a socket of streams.
  package static var type: Int32 {
    #if canImport(Glibc)
      Int32(SOCK_STREAM.rawValue)
    #else
      SOCK_STREAM
    #endif
  }

  package static func isWouldBlock(_ number: Int32) -> Bool {
    number == EAGAIN || number == EWOULDBLOCK
  }
}
