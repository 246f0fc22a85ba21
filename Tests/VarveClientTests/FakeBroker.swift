import Glibc
import Synchronization
import VarveBase
import VarveClient
import VarveProtocol
import VarveTestSupport

/// A listener on the loopback that says what a test tells it to.
final class FakeBroker: Sendable {
  /// What it does with a request.
  enum Reaction: Sendable {
    case answer([UInt8])
    /// The length of a frame and the beginning of what it announces.
    case silence
    case hangUp
  }

  let address: BrokerAddress
  private let listener: Int32

  init() throws {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(number, address, length) == 0 && listen(number, 8) == 0
          && getsockname(number, address, &length) == 0
      }
    }
    guard number >= 0, result else { throw Failure() }
    listener = number
    address = BrokerAddress(host: "127.0.0.1", port: UInt16(bigEndian: name.sin_port))
  }

  struct Failure: Error {}

  deinit { close(listener) }

  /// Takes one connection, and reacts to each of its requests until it ends.
  func serve(_ react: @escaping @Sendable (RequestHeader) -> Reaction) async throws {
    let listener = listener
    try await onThread {
      let connection = accept(listener, nil, nil)
      defer { close(connection) }
      while let frame = Self.frame(from: connection) {
        let request = try RequestFrame(decoding: frame) { APIMessages.of(key: $0)?.request.api }
        switch react(request.header) {
        case .answer(let bytes): Self.write(bytes, to: connection)
        case .silence: break
        case .hangUp: return
        }
      }
    }
  }

  private static func frame(from connection: Int32) -> ByteSlice? {
    guard let head = bytes(4, from: connection) else { return nil }
    let length = head.reduce(0) { $0 << 8 | Int($1) }
    return bytes(length, from: connection).map { ByteSlice($0) }
  }

  private static func bytes(_ count: Int, from connection: Int32) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let result = bytes.withUnsafeMutableBytes { buffer in
        recv(connection, buffer.baseAddress?.advanced(by: filled), count - filled, 0)
      }
      guard result > 0 else { return nil }
      filled += result
    }
    return bytes
  }

  private static func write(_ bytes: [UInt8], to connection: Int32) {
    var position = 0
    while position < bytes.count {
      let sent = bytes[position...].withUnsafeBytes {
        send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard sent > 0 else { return }
      position += sent
    }
  }
}

extension FakeBroker {
  /// What a broker answers first: that it speaks a message in some versions.
  static func versions(
    of key: Int16, _ range: ClosedRange<Int16>, to header: RequestHeader
  ) -> Reaction {
    var response = ApiVersionsResponse()
    var entry = ApiVersionsResponse.VersionRange()
    (entry.key, entry.lowest, entry.highest) = (key, range.lowerBound, range.upperBound)
    response.apis = [entry]
    return .answer(
      Array(response.responseFrame(version: header.version, correlationID: header.correlationID)))
  }
}
