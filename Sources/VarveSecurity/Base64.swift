/// Bytes as text of 64 letters, four for three bytes, filled up with '=' (RFC 4648, section 4).
package enum Base64 {
  private static let letters = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let fill = UInt8(ascii: "=")

  package static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * (3 - group.count))
      for index in 0..<4 {
        let letter = letters[Int(bits >> (18 - 6 * index) & 63)]
        text.append(index <= group.count ? letter : fill)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Nil for text that `encode` does not make: two texts never stand for the same bytes.
  package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    let body = text.prefix { $0 != fill }
    guard text.count - body.count <= 2, text.dropFirst(body.count).allSatisfy({ $0 == fill })
    else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var bits: UInt32 = 0
    var bitCount = 0
    for letter in body {
      guard let value = value(of: letter) else { return nil }
      bits = bits << 6 | UInt32(value)
      bitCount += 6
      guard bitCount >= 8 else { continue }
      bitCount -= 8
      bytes.append(UInt8(bits >> bitCount & 0xFF))
      bits &= (1 << bitCount) - 1
    }
    return bits == 0 ? bytes : nil
  }

  /// As ``decode(_:)``, of text that stands in URLs: with '-' and '_' for two of the letters, and
  /// not filled up (RFC 4648, section 5; RFC 7515, appendix C).
  package static func decodeForURL(_ text: [UInt8]) -> [UInt8]? {
    var usual: [UInt8] = []
    usual.reserveCapacity(text.count + 3)
    for letter in text {
      switch letter {
      case UInt8(ascii: "-"): usual.append(UInt8(ascii: "+"))
      case UInt8(ascii: "_"): usual.append(UInt8(ascii: "/"))
      case UInt8(ascii: "+"), UInt8(ascii: "/"), fill: return nil
      default: usual.append(letter)
      }
    }
    return decode(usual + Array(repeating: fill, count: (4 - text.count % 4) % 4))
  }

  private static func value(of letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): letter - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): letter - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
