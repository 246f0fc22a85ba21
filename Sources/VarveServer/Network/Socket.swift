#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif
internal import VarveBase

/// A stream socket that never blocks, closed when it goes out of scope.
@safe
struct Socket: ~Copyable {
  let descriptor: Int32

  /// Takes a descriptor over.
  init(owning descriptor: Int32) { self.descriptor = descriptor }

  deinit {
    // Not repeated on EINTR: Linux has closed it by then.
    _ = close(descriptor)
  }

  /// The descriptor, which the caller closes from now on.
  consuming func release() -> Int32 {
    let released = descriptor
    discard self
    return released
  }

  /// What came of a call that would not wait.
  enum Outcome {
    case bytes(Int)
    case wouldBlock
    /// The peer sends no more.
    case ended
  }

  /// Reads into memory.
  func receive(
    into base: UnsafeMutableRawPointer, count: Int
  ) throws(NetworkError) -> Outcome {
    while true {
      let result = unsafe recv(descriptor, base, count, 0)
      if result > 0 { return .bytes(result) }
      if result == 0 { return .ended }
      guard errno != EINTR else { continue }
      if StreamSocket.isWouldBlock(errno) { return .wouldBlock }
      throw NetworkError("read from a connection", errno: errno)
    }
  }

  /// The most pieces that one call sends: the system's own limit is 1,024.
  private static let piecesMax = 128

  /// Sends as much of the pieces as the system takes, without a copy of ours.
  func send(_ pieces: ArraySlice<ByteSlice>) throws(NetworkError) -> Outcome {
    let pieces = pieces.prefix(Self.piecesMax)
    let result = unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: pieces.count) {
      vectors in
      for (index, piece) in pieces.enumerated() {
        // The pieces are held for longer than their addresses are used.
        let bytes = unsafe piece.withUnsafeBytes { unsafe $0 }
        unsafe vectors.initializeElement(
          at: index,
          to: iovec(
            iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count))
      }
      return unsafe send(vectors)
    }
    if result.count >= 0 { return .bytes(result.count) }
    if StreamSocket.isWouldBlock(result.errno) { return .wouldBlock }
    throw NetworkError("write to a connection", errno: result.errno)
  }

  private func send(_ vectors: UnsafeMutableBufferPointer<iovec>) -> (count: Int, errno: Int32) {
    while true {
      var message = unsafe msghdr()
      unsafe message.msg_iov = vectors.baseAddress
      unsafe message.msg_iovlen = .init(vectors.count)
      // A peer that has gone is an error of the call, not a signal to the program that embeds us.
      #if canImport(Darwin)
        let count = unsafe sendmsg(descriptor, &message, 0)
      #else
        let count = unsafe sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
      #endif
      let number = errno
      if count >= 0 || number != EINTR { return (count, number) }
    }
  }

  static func isWouldBlock(_ number: Int32) -> Bool {
    number == EAGAIN || number == EWOULDBLOCK
  }
}

extension NetworkError {
  /// What the system's error number means here.
  init(_ operation: String, errno number: Int32) {
    let code: Code =
      switch number {
      case EADDRINUSE: .inUse
      case EACCES, EPERM: .permission
      case EMFILE, ENFILE: .tooManyOpenFiles
      case ECONNRESET, EPIPE, ETIMEDOUT, ECONNABORTED, ENOTCONN: .disconnected
      default: .system
      }
    var text = [CChar](repeating: 0, count: 256)
    let isKnown = unsafe strerror_r(number, &text, text.count) == 0
    let words = String(
      decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    self.init(code, "cannot \(operation): \(isKnown ? words : "error \(number)")")
  }
}
