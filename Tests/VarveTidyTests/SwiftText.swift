/// Just enough of Swift's lexical grammar to tell code from comments and strings.
struct SwiftText {
  private let input: [Character]
  private var position = 0
  private var output: [Character] = []

  private init(_ text: String) {
    input = Array(text)
    output.reserveCapacity(input.count)
  }

  /// The text with comments, the insides of strings and of raw identifiers replaced by spaces.
  /// Lines and columns stay where they are.
  static func blanked(_ text: String) -> String {
    var scanner = SwiftText(text)
    scanner.scanCode(until: nil)
    return String(scanner.output)
  }

  /// Scans code to the end, or to the parenthesis that closes an interpolation.
  private mutating func scanCode(until closer: Character?) {
    var depth = 0
    while let character = peek() {
      if starts(with: "//") {
        blank(while: { $0 != "\n" })
      } else if starts(with: "/*") {
        scanBlockComment()
      } else if let hashes = stringStart() {
        scanString(hashes: hashes)
      } else if character == "`" {
        copy()
        blank(while: { $0 != "`" && $0 != "\n" })
        if peek() == "`" { copy() }
      } else {
        if character == "(" { depth += 1 }
        if character == ")" {
          if depth == 0, closer != nil { return }
          depth -= 1
        }
        copy()
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
  private func stringStart() -> Int? {
    var end = position
    while end < input.count, input[end] == "#" { end += 1 }
    return end < input.count && input[end] == "\"" ? end - position : nil
  }

  private mutating func scanString(hashes: Int) {
    let marks = String(repeating: "#", count: hashes)
    for _ in 0..<hashes { copy() }
    let quotes = starts(with: "\"\"\"") ? "\"\"\"" : "\""
    for _ in quotes { copy() }
    while peek() != nil {
      if starts(with: quotes + marks) {
        for _ in 0..<(quotes.count + hashes) { copy() }
        return
      } else if starts(with: "\\" + marks + "(") {
        blank(count: 2 + hashes)
        scanCode(until: ")")
      } else if starts(with: "\\" + marks) {
        blank(count: 2 + hashes)
      } else if peek() == "\n", quotes.count == 1 {
        return
      } else {
        blank(count: 1)
      }
    }
  }

  private func peek() -> Character? { position < input.count ? input[position] : nil }

  private func starts(with word: String) -> Bool { input[position...].starts(with: word) }

  private mutating func copy() {
    guard let character = peek() else { return }
    output.append(character)
    position += 1
  }

  private mutating func blank(count: Int) {
    for _ in 0..<count {
      guard let character = peek() else { return }
      output.append(character == "\n" ? "\n" : " ")
      position += 1
    }
  }

  private mutating func blank(while condition: (Character) -> Bool) {
    while let character = peek(), condition(character) { blank(count: 1) }
  }
}
