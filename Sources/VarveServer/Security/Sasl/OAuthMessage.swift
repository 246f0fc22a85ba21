/// What a client of OAUTHBEARER says first: `n,,^Aauth=Bearer TOKEN^A^A`, with ^A for the byte 1
/// (RFC 7628, section 3.1).
struct OAuthMessage {
  let token: [UInt8]
  /// Whom the client wants to act for, if it says so.
  let user: String?

  static let separator: UInt8 = 1

  init(_ bytes: [UInt8]) throws(SaslRefusal) {
    let parts = bytes.split(separator: Self.separator, omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[parts.count - 2].isEmpty, parts[parts.count - 1].isEmpty else {
      throw SaslRefusal("an OAUTHBEARER message does not end as it has to")
    }
    user = try Self.user(parts[0])
    var token: [UInt8]?
    for pair in parts[1..<(parts.count - 2)] {
      let (name, value) = try Self.pair(pair)
      guard name == "auth" else { continue }
      guard token == nil, let found = Self.token(value) else {
        throw SaslRefusal("an OAUTHBEARER message has an 'auth' that is no bearer's token")
      }
      token = found
    }
    guard let token else { throw SaslRefusal("an OAUTHBEARER message has no token") }
    self.token = token
  }

  /// Reads `n,,` or `n,a=USER,`: we know of no channel binding, whatever the client thinks.
  private static func user(_ header: ArraySlice<UInt8>) throws(SaslRefusal) -> String? {
    let parts = header.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2].isEmpty,
      parts[0].elementsEqual("n".utf8) || parts[0].elementsEqual("y".utf8)
    else { throw SaslRefusal("an OAUTHBEARER message has no header") }
    guard !parts[1].isEmpty else { return nil }
    guard parts[1].starts(with: "a=".utf8) else {
      throw SaslRefusal("an OAUTHBEARER message has no header")
    }
    return try SaslName.decode(parts[1].dropFirst(2))
  }

  /// `name=value`; what we know no use for is passed over, as long as it is that.
  private static func pair(
    _ bytes: ArraySlice<UInt8>
  ) throws(SaslRefusal) -> (name: String, value: ArraySlice<UInt8>) {
    let name = bytes.prefix { $0 != UInt8(ascii: "=") }
    let value = bytes.dropFirst(name.count + 1)
    guard name.count < bytes.count, !name.isEmpty,
      name.allSatisfy({ Character(Unicode.Scalar($0)).isLetter && $0 < 0x80 }),
      value.allSatisfy({ (0x20...0x7E).contains($0) || [0x09, 0x0A, 0x0D].contains($0) })
    else { throw SaslRefusal("an OAUTHBEARER message has a part that is not NAME=VALUE") }
    return (String(decoding: name, as: UTF8.self), value)
  }

  /// What stands behind the scheme, whose letters may be large or small (RFC 9110).
  private static func token(_ value: ArraySlice<UInt8>) -> [UInt8]? {
    let scheme = value.prefix { $0 != UInt8(ascii: " ") }
    guard String(decoding: scheme, as: UTF8.self).lowercased() == "bearer" else { return nil }
    let token = value.dropFirst(scheme.count).drop { $0 == UInt8(ascii: " ") }
    return token.isEmpty ? nil : Array(token)
  }
}
