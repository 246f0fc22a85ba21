/// An address that a socket has or is to have: a host, by number or name, and a port.
package struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
  /// `127.0.0.1`, `::1`, `localhost`.
  package var host: String
  /// 0 for any that is free.
  package var port: UInt16

  package init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Reads `HOST:PORT`, with the host of IPv6 in brackets (RFC 3986), or `PORT` for one of this
  /// machine alone. Throws `.address`.
  package init(_ text: String) throws(NetworkError) {
    let colon = text.lastIndex(of: ":")
    let digits = colon.map { text[text.index(after: $0)...] } ?? text[...]
    var host = colon.map { String(text[..<$0]) } ?? Self.loopback
    guard let port = UInt16(digits), !digits.hasPrefix("+"), !host.isEmpty else {
      throw NetworkError(.address, "'\(text)' is no address: it is HOST:PORT, 127.0.0.1:9092 say")
    }
    if host.hasPrefix("[") && host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
    } else if host.contains(":") {
      throw NetworkError(
        .address, "'\(text)' is no address: the host of IPv6 stands in brackets, [::1]:9092 say")
    }
    self.init(host: host, port: port)
  }

  /// The address that only programs of this machine reach.
  package static let loopback = "127.0.0.1"

  /// Whether only programs of this machine reach it. Of names, `localhost` alone is known to be so.
  package var isLoopback: Bool {
    host.hasPrefix("127.") && host.allSatisfy { $0 == "." || $0.isWholeNumber } || host == "::1"
      || host == "localhost"
      || host.hasPrefix("::ffff:127.")
  }

  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
