/// Where a broker listens: a host, by number or name, and a port.
package struct BrokerAddress: Hashable, Sendable, CustomStringConvertible {
  package let host: String
  package let port: UInt16

  package init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Reads `HOST:PORT`, with the host of IPv6 in brackets (RFC 3986). Throws `.address`.
  package init(_ text: some StringProtocol) throws(ClientError) {
    guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[colon...].dropFirst())
    else { throw Self.unreadable(text) }
    var host = text[..<colon]
    if host.hasPrefix("[") && host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      throw Self.unreadable(text)
    }
    guard !host.isEmpty else { throw Self.unreadable(text) }
    self.init(host: String(host), port: port)
  }

  /// One of the addresses of a list, `HOST:PORT,HOST:PORT`, is enough to find a cluster. Throws
  /// `.address`.
  package static func list(_ text: String) throws(ClientError) -> [BrokerAddress] {
    var addresses: [BrokerAddress] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      addresses.append(try BrokerAddress(part))
    }
    return addresses
  }

  /// Port 0 is none that somebody could listen at.
  private static func port(_ digits: some StringProtocol) -> UInt16? {
    guard digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    return UInt16(digits).flatMap { $0 == 0 ? nil : $0 }
  }

  private static func unreadable(_ text: some StringProtocol) -> ClientError {
    ClientError(.address, "'\(text)' is no address: it is HOST:PORT, 127.0.0.1:9092 say")
  }

  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
