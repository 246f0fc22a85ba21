/// A text that is read from left to right, character by character.
struct ScalarCursor {
  private let scalars: [Unicode.Scalar]
  var position = 0

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  /// The next character; at the end, one that no name has.
  mutating func next() -> Unicode.Scalar {
    guard let scalar = peek else { return "\u{FFFD}" }
    position += 1
    return scalar
  }

  /// The next characters as bytes, those outside ASCII as 0.
  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(exactly: next().value) ?? 0 }
  }

  /// Takes `text` if it comes next.
  mutating func take(_ text: String) -> Bool {
    let expected = Array(text.unicodeScalars)
    guard scalars[position...].starts(with: expected) else { return false }
    position += expected.count
    return true
  }

  /// The ASCII characters before the next `end`, which is passed too; nil, and nothing is taken,
  /// where others come in between or `end` does not come.
  mutating func prefix(before end: Unicode.Scalar) -> [UInt8]? {
    guard let index = scalars[position...].firstIndex(of: end) else { return nil }
    let bytes = scalars[position..<index].compactMap { UInt8(exactly: $0.value) }
    guard bytes.count == index - position, bytes.allSatisfy({ $0 < 128 }) else { return nil }
    position = index + 1
    return bytes
  }

  /// A decimal number, capped where it is out of all bounds; nil if no digit comes next.
  mutating func number() -> Int? {
    var value: Int?
    while let digit = peek, ("0"..."9").contains(digit) {
      value = min((value ?? 0) * 10 + Int(digit.value) - 48, 1_000_000)
      position += 1
    }
    return value
  }

  /// All of the text, for messages.
  var text: String { text(from: 0) }

  /// From `start` to here.
  func text(from start: Int) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: start == 0 ? scalars[...] : scalars[start..<max(start, position)])
    return String(text)
  }
}
