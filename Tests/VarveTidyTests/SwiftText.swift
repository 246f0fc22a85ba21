/// Just enough of Swift's lexical grammar to tell code from comments and strings.
struct SwiftText {
  private let input: [UInt8]
  private var position = 0
  private var output: [UInt8] = []

  private init(_ text: String) {
    input = Array(text.utf8)
    output.reserveCapacity(input.count)
  }

  /// The text with comments, the insides of strings and of raw identifiers replaced by spaces.
  /// Lines, and columns of ASCII text, stay where they are.
  static func blanked(_ text: String) -> String {
    var scanner = SwiftText(text)
    scanner.scanCode(until: nil)
    return String(decoding: scanner.output, as: UTF8.self)
  }

  /// Scans code to the end, or to the parenthesis that closes an interpolation.
  private mutating func scanCode(until closer: UInt8?) {
    var depth = 0
    while let byte = peek() {
      if byte == Self.slash, starts(with: "//") {
        blank(while: { $0 != Self.newline })
      } else if byte == Self.slash, starts(with: "/*") {
        scanBlockComment()
      } else if let hashes = stringStart(byte) {
        scanString(hashes: hashes)
      } else if byte == UInt8(ascii: "`") {
        copy(1)
        blank(while: { $0 != UInt8(ascii: "`") && $0 != Self.newline })
        copy(1)
      } else {
        if byte == UInt8(ascii: "(") { depth += 1 }
        if byte == UInt8(ascii: ")") {
          if depth == 0, closer != nil { return }
          depth -= 1
        }
        copy(1)
      }
    }
  }

  private mutating func scanBlockComment() {
    var depth = 0
    repeat {
      if starts(with: "/*") {
        depth += 1
        blank(count: 2)
      } else if starts(with: "*/") {
        depth -= 1
        blank(count: 2)
      } else {
        blank(count: 1)
      }
    } while depth > 0 && peek() != nil
  }

  /// The number of `#` before the quote where a string starts here.
  private func stringStart(_ byte: UInt8) -> Int? {
    guard byte == Self.hash || byte == Self.quote else { return nil }
    var end = position
    while end < input.count, input[end] == Self.hash { end += 1 }
    return end < input.count && input[end] == Self.quote ? end - position : nil
  }

  private mutating func scanString(hashes: Int) {
    let marks = String(repeating: "#", count: hashes)
    copy(hashes)
    let quotes = starts(with: "\"\"\"") ? "\"\"\"" : "\""
    copy(quotes.utf8.count)
    while let byte = peek() {
      if byte == Self.quote, starts(with: quotes + marks) {
        return copy(quotes.utf8.count + hashes)
      } else if byte == Self.backslash, starts(with: "\\" + marks + "(") {
        blank(count: 2 + hashes)
        scanCode(until: UInt8(ascii: ")"))
      } else if byte == Self.backslash, starts(with: "\\" + marks) {
        blank(count: 2 + hashes)
      } else if byte == Self.newline, quotes.utf8.count == 1 {
        return
      } else {
        blank(count: 1)
      }
    }
  }

  private static let newline = UInt8(ascii: "\n")
  private static let slash = UInt8(ascii: "/")
  private static let backslash = UInt8(ascii: "\\")
  private static let hash = UInt8(ascii: "#")
  private static let quote = UInt8(ascii: "\"")

  private func peek() -> UInt8? { position < input.count ? input[position] : nil }

  private func starts(with word: String) -> Bool { input[position...].starts(with: word.utf8) }

  private mutating func copy(_ count: Int) {
    let end = min(position + count, input.count)
    output.append(contentsOf: input[position..<end])
    position = end
  }

  private mutating func blank(count: Int) {
    let end = min(position + count, input.count)
    for byte in input[position..<end] {
      output.append(byte == Self.newline ? byte : UInt8(ascii: " "))
    }
    position = end
  }

  private mutating func blank(while condition: (UInt8) -> Bool) {
    while let byte = peek(), condition(byte) { blank(count: 1) }
  }
}
