/// The path in a URL of a file: `file:///etc/varve/keys.json`, `file:/etc/varve/keys.json`, with
/// `%20` for a space and the like (RFC 8089).
enum FileURL {
  /// Nil for what is no URL of a file of this machine.
  static func path(_ text: String) -> String? {
    guard text.lowercased().hasPrefix("file:") else { return nil }
    var rest = text.dropFirst("file:".count)
    for authority in ["//localhost", "//"] where rest.hasPrefix(authority + "/") {
      rest = rest.dropFirst(authority.count)
      break
    }
    guard rest.hasPrefix("/"), !rest.hasPrefix("//") else { return nil }
    var bytes: [UInt8] = []
    var letters = rest.utf8[...]
    while let letter = letters.popFirst() {
      guard letter == UInt8(ascii: "%") else {
        bytes.append(letter)
        continue
      }
      let digits = letters.prefix(2)
      guard digits.count == 2, let byte = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(byte)
      letters = letters.dropFirst(2)
    }
    return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
  }
}
