import Foundation
import VarveBase
import VarveProtocol
import VarveTestSupport

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A client with a socket that blocks, for threads of its own: no thread that tasks run on waits
/// for a server that may need it.
final class WireClient: @unchecked Sendable {
  // Safety: one thread at a time uses it, the one that `onThread` makes.
  private let descriptor: Int32
  private var correlationID: Int32 = 0

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Connects. A read that takes ten minutes fails, so that a test does not hang.
  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    // A test that hangs ends; one that is held up by all the others goes on.
    var time = timeval(tv_sec: 600, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Failure(description: "connect: \(errno)") }
  }

  deinit { close(descriptor) }

  /// Sends bytes as they are.
  func send(_ bytes: [UInt8]) throws {
    var position = 0
    while position < bytes.count {
      let count = bytes[position...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure(description: "send: \(errno)") }
      position += count
    }
  }

  /// The next `count` bytes; nil where the server has ended the connection.
  func receive(_ count: Int) throws -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var position = 0
    while position < count {
      let got = bytes.withUnsafeMutableBytes {
        recv(descriptor, $0.baseAddress.map { $0 + position }, count - position, 0)
      }
      if got == 0 || got < 0 && errno == ECONNRESET { return nil }
      guard got > 0 else { throw Failure(description: "receive: \(errno)") }
      position += got
    }
    return bytes
  }

  /// The next frame without its length; nil where the server has ended the connection.
  func receiveFrame() throws -> ByteSlice? {
    guard let prefix = try receive(4) else { return nil }
    let length = prefix.reduce(0) { $0 << 8 | Int($1) }
    return try receive(length).map { ByteSlice($0) }
  }

  /// Whether the server has ended the connection, which it may do after some frames.
  func isEnded() throws -> Bool {
    while try receiveFrame() != nil {}
    return true
  }

  /// Sends a request without waiting for its response.
  @discardableResult
  func post<Request: WireMessage>(_ request: Request, version: Int16) throws -> Int32 {
    correlationID += 1
    try send(
      Array(
        request.requestFrame(
          version: version, correlationID: correlationID, clientID: "wire-client")))
    return correlationID
  }

  /// Takes the response to the request that comes next.
  func take<Response: WireMessage>(
    _ type: Response.Type, version: Int16, correlationID expected: Int32
  ) throws -> Response {
    guard let frame = try receiveFrame() else {
      throw Failure(description: "the server ended the connection instead of a \(type.name)")
    }
    let response = try ResponseFrame(decoding: frame, to: type.api, version: version)
    guard response.correlationID == expected else {
      throw Failure(description: "\(response.correlationID) came, \(expected) is next")
    }
    return try Response(decoding: response.body, version: version)
  }

  func ask<Request: WireMessage, Response: WireMessage>(
    _ request: Request, version: Int16, as type: Response.Type = Response.self
  ) throws -> Response {
    let id = try post(request, version: version)
    return try take(type, version: version, correlationID: id)
  }
}
