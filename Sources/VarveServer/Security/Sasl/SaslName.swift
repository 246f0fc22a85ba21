/// A user's name in the messages of SCRAM and OAUTHBEARER: `=2C` for a comma and `=3D` for an
/// equals sign (RFC 5801, section 4).
enum SaslName {
  static func decode(_ name: ArraySlice<UInt8>) throws(SaslRefusal) -> String {
    var bytes: [UInt8] = []
    var rest = name
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "=") else {
        bytes.append(byte)
        continue
      }
      let code = rest.prefix(2)
      rest = rest.dropFirst(2)
      if code.elementsEqual("2C".utf8) {
        bytes.append(UInt8(ascii: ","))
      } else if code.elementsEqual("3D".utf8) {
        bytes.append(byte)
      } else {
        throw SaslRefusal("a user's name has a '=' in it that stands for nothing")
      }
    }
    guard !bytes.isEmpty, !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self)
    else { throw SaslRefusal("a user's name is no text") }
    return text
  }
}
