internal import VarveBase

/// A connection to a broker, encrypted or not.
@safe
struct ClientChannel: ~Copyable {
  private let socket: ClientSocket
  #if Serve
    private let tls: ClientTLS?

    init(_ socket: consuming ClientSocket, tls: ClientTLS? = nil) {
      self.socket = socket
      self.tls = tls
    }
  #else
    init(_ socket: consuming ClientSocket) { self.socket = socket }
  #endif

  var descriptor: Int32 { socket.descriptor }
  var address: BrokerAddress { socket.address }

  /// Whether something waits for the system to take it.
  var hasUnsent: Bool {
    #if Serve
      return tls?.hasUnsent ?? false
    #else
      return false
    #endif
  }

  /// Reads into memory; 0 where there is nothing yet. Throws `.disconnected` at the end.
  func receive(
    into base: UnsafeMutableRawPointer, count: Int
  ) throws(ClientError) -> Int {
    #if Serve
      if let tls { return unsafe try tls.receive(into: base, count: count, from: socket) }
    #endif
    return unsafe try socket.receive(into: base, count: count)
  }

  /// Takes what it can of the bytes from `position` on.
  func send(_ bytes: ByteSlice, from position: Int) throws(ClientError) -> Int {
    #if Serve
      if let tls { return try tls.send(bytes, from: position, to: socket) }
    #endif
    return try socket.send(bytes, from: position)
  }

  /// Sends what the system takes of what waits.
  func flush() throws(ClientError) {
    #if Serve
      try tls?.flush(to: socket)
    #endif
  }
}
