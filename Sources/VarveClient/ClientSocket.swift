#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif
internal import VarveBase

/// A connection to a broker that never blocks in a call, closed when it goes out of scope.
@safe
struct ClientSocket: ~Copyable {
  let descriptor: Int32
  let address: BrokerAddress

  init(owning descriptor: Int32, to address: BrokerAddress) {
    self.descriptor = descriptor
    self.address = address
  }

  deinit {
    // Not repeated on EINTR: Linux has closed it by then.
    _ = close(descriptor)
  }

  /// Reads into memory; 0 where there is nothing yet. Throws `.disconnected` at the end.
  func receive(
    into base: UnsafeMutableRawPointer, count: Int
  ) throws(ClientError) -> Int {
    while true {
      let result = unsafe recv(descriptor, base, count, 0)
      if result > 0 { return result }
      if result == 0 {
        throw ClientError(.disconnected, "\(address) ended the connection")
      }
      guard errno != EINTR else { continue }
      if StreamSocket.isWouldBlock(errno) { return 0 }
      throw lost(errno)
    }
  }

  /// Sends what the system takes of the bytes from `position` on.
  func send(_ bytes: ByteSlice, from position: Int) throws(ClientError) -> Int {
    while true {
      let sent = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[position...])
        return unsafe sysSend(descriptor, rest.baseAddress, rest.count)
      }
      if sent >= 0 { return sent }
      guard errno != EINTR else { continue }
      if StreamSocket.isWouldBlock(errno) { return 0 }
      throw lost(errno)
    }
  }

  private func lost(_ number: Int32) -> ClientError {
    ClientError(
      .disconnected, "the connection to \(address) was lost: \(Self.words(of: number))")
  }

  /// What the system says of an error's number.
  static func words(of number: Int32) -> String {
    var text = [CChar](repeating: 0, count: 256)
    guard unsafe strerror_r(number, &text, text.count) == 0 else { return "error \(number)" }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

// Inside `ClientSocket` the name means its own function. A peer that has gone is an error of the
// call, not a signal to the program that embeds us.
private func sysSend(_ descriptor: Int32, _ base: UnsafeRawPointer?, _ count: Int) -> Int {
  #if canImport(Darwin)
    unsafe send(descriptor, base, count, 0)
  #else
    unsafe send(descriptor, base, count, Int32(MSG_NOSIGNAL))
  #endif
}
