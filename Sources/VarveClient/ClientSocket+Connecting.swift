#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif
internal import VarveBase

extension ClientSocket {
  /// Connects to the first of a host's addresses that answers, blocking the thread. Throws
  /// `.address`, `.unreachable`.
  static func connected(
    to address: BrokerAddress, by deadline: ContinuousClock.Instant
  ) throws(ClientError) -> ClientSocket {
    let found = unsafe try addresses(of: address)
    defer { unsafe freeaddrinfo(found) }
    var failure = "it has no address"
    var next: UnsafeMutablePointer<addrinfo>? = unsafe found
    while let candidate = unsafe next {
      let number = unsafe socket(
        candidate.pointee.ai_family, candidate.pointee.ai_socktype, candidate.pointee.ai_protocol)
      if number < 0 {
        failure = words(of: errno)
      } else {
        let socket = ClientSocket(owning: number, to: address)
        StreamSocket.prepare(number)
        if let reason = unsafe socket.connect(candidate.pointee, by: deadline) {
          failure = reason
        } else {
          return socket
        }
      }
      unsafe next = candidate.pointee.ai_next
    }
    throw ClientError(.unreachable, "cannot connect to \(address): \(failure)")
  }

  /// Asks the system, which may ask the network where the host is a name.
  private static func addresses(
    of address: BrokerAddress
  ) throws(ClientError) -> UnsafeMutablePointer<addrinfo> {
    var hints = unsafe addrinfo()
    unsafe hints.ai_flags = AI_NUMERICSERV
    unsafe hints.ai_socktype = StreamSocket.type
    var result: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(address.host, String(address.port), &hints, &result)
    guard code == 0, let first = unsafe result else {
      let reason = unsafe String(cString: gai_strerror(code))
      throw ClientError(
        .unreachable, "cannot connect to \(address): the host has no address: \(reason)")
    }
    return unsafe first
  }

  /// What was wrong; nil for a connection.
  private func connect(_ to: addrinfo, by deadline: ContinuousClock.Instant) -> String? {
    if unsafe sysConnect(descriptor, to.ai_addr, to.ai_addrlen) == 0 { return nil }
    guard errno == EINPROGRESS || errno == EINTR else { return Self.words(of: errno) }
    let readiness = ReadyDescriptors.wait(
      for: descriptor, isWriting: true, wakeDescriptor: nil, until: deadline)
    guard readiness.isReadable || readiness.isWritable else { return "nobody answered in time" }
    var number: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &length) == 0 else {
      return Self.words(of: errno)
    }
    return number == 0 ? nil : Self.words(of: number)
  }
}

// Inside `ClientSocket` the name means its own function.
private func sysConnect(
  _ descriptor: Int32, _ address: UnsafePointer<sockaddr>?, _ length: socklen_t
) -> Int32 { unsafe connect(descriptor, address, length) }
