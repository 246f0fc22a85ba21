#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// The system's form of an address.
@safe
struct AddressLookup: ~Copyable {
  private let found: UnsafeMutablePointer<addrinfo>

  /// Asks the system, which may ask the network where the host is a name. Throws `.address`.
  init(_ address: SocketAddress) throws(NetworkError) {
    var hints = unsafe addrinfo()
    unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    #if canImport(Glibc)
      unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    #else
      unsafe hints.ai_socktype = SOCK_STREAM
    #endif
    var result: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(address.host, String(address.port), &hints, &result)
    guard code == 0, let first = unsafe result else {
      let reason = unsafe String(cString: gai_strerror(code))
      throw NetworkError(.address, "there is no address of '\(address.host)': \(reason)")
    }
    unsafe found = first
  }

  deinit { unsafe freeaddrinfo(found) }

  var family: Int32 { unsafe found.pointee.ai_family }

  /// What bind(2) says.
  func bind(_ descriptor: Int32) -> Int32 {
    unsafe sysBind(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen)
  }
}

extension Socket {
  /// The address that the socket has here.
  var localAddress: SocketAddress? {
    unsafe address { unsafe getsockname(descriptor, $0, $1) }
  }

  /// The address that the peer has.
  var peerAddress: SocketAddress? {
    unsafe address { unsafe getpeername(descriptor, $0, $1) }
  }

  private func address(
    _ call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) -> SocketAddress? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        guard unsafe call(address, &length) == 0 else { return nil }
        return unsafe SocketAddress(address, length)
      }
    }
  }
}

extension SocketAddress {
  /// Nil for an address of no network.
  fileprivate init?(_ address: UnsafePointer<sockaddr>, _ length: socklen_t) {
    var host = [CChar](repeating: 0, count: 128)
    var port = [CChar](repeating: 0, count: 16)
    let result = unsafe getnameinfo(
      address, length, &host, socklen_t(host.count), &port, socklen_t(port.count),
      NI_NUMERICHOST | NI_NUMERICSERV)
    guard result == 0, let number = UInt16(Self.text(port)) else { return nil }
    self.init(host: Self.text(host), port: number)
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

// Inside `AddressLookup` the name means its own function.
private func sysBind(
  _ descriptor: Int32, _ address: UnsafePointer<sockaddr>?, _ length: socklen_t
) -> Int32 { unsafe bind(descriptor, address, length) }
