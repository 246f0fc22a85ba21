#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif
internal import VarveBase

extension Socket {
  /// How many connections may wait to be accepted.
  private static let backlog: Int32 = 1_024

  /// Listens at an address, whose host may be a name.
  static func listening(at address: SocketAddress) throws(NetworkError) -> Socket {
    let found = try AddressLookup(address)
    let descriptor = socket(found.family, StreamSocket.type, 0)
    guard descriptor >= 0 else { throw NetworkError("make a socket", errno: errno) }
    let result = Socket(owning: descriptor)
    StreamSocket.makeNonBlocking(descriptor)
    // A port whose last connections are not yet forgotten can be listened at again.
    StreamSocket.set(SO_REUSEADDR, of: SOL_SOCKET, on: descriptor)
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
        StreamSocket.prepare(accepted)
        return Socket(owning: accepted)
      }
      switch errno {
      // Who connected has gone again.
      case EINTR, ECONNABORTED: continue
      case let number where StreamSocket.isWouldBlock(number): return nil
      default: throw NetworkError("accept a connection", errno: errno)
      }
    }
  }
}

// Inside `Socket` the name means its own function.
private func sysAccept(_ descriptor: Int32) -> Int32 { accept(descriptor, nil, nil) }
