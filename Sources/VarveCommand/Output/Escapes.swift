/// Puts bytes in the place of escapes, as `kcat -f` does: `\n`, `\r`, `\t`; `\xNN` in hexadecimal,
/// `\NNN` in decimal, and in octal where it begins with a zero; a backslash before anything else
/// stands for that.
func unescaped(_ text: some StringProtocol) -> [UInt8] {
  var rest = Substring(text).utf8
  var bytes: [UInt8] = []
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "\\"), let letter = rest.first else {
      bytes.append(byte)
      continue
    }
    switch letter {
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      bytes.append(number(&rest, radix: letter == UInt8(ascii: "0") ? 8 : 10))
      continue
    case UInt8(ascii: "x"):
      rest.removeFirst()
      bytes.append(number(&rest, radix: 16))
      continue
    case UInt8(ascii: "n"): bytes.append(UInt8(ascii: "\n"))
    case UInt8(ascii: "r"): bytes.append(UInt8(ascii: "\r"))
    case UInt8(ascii: "t"): bytes.append(UInt8(ascii: "\t"))
    default: bytes.append(letter)
    }
    rest.removeFirst()
  }
  return bytes
}

/// The number that stands next, of as many digits as there are; of a larger one the low byte.
private func number(_ rest: inout Substring.UTF8View, radix: Int) -> UInt8 {
  var value: UInt8 = 0
  while let byte = rest.first, let digit = Character(Unicode.Scalar(byte)).hexDigitValue,
    digit < radix
  {
    value = value &* UInt8(radix) &+ UInt8(digit)
    rest.removeFirst()
  }
  return value
}
