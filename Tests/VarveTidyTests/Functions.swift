/// A word of code: an identifier, a keyword or a number.
struct Word {
  let text: Substring
  /// The index after it, in the code's UTF-8.
  let end: Int
  /// Follows a dot: a use, not a declaration.
  let isMember: Bool

  /// The words of code that has no comments and no strings any more.
  static func all(in code: String) -> [Word] {
    let bytes = code.utf8
    var words: [Word] = []
    var start: String.Index?
    var offset = 0
    var previous = UInt8(ascii: "\n")
    var isMember = false
    for index in bytes.indices {
      let byte = bytes[index]
      if isWord(byte) {
        if start == nil {
          start = index
          isMember = previous == UInt8(ascii: ".")
        }
      } else if let first = start {
        words.append(Word(text: code[first..<index], end: offset, isMember: isMember))
        start = nil
      }
      previous = byte
      offset += 1
    }
    if let start { words.append(Word(text: code[start...], end: offset, isMember: isMember)) }
    return words
  }

  static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }
}

/// Finds functions by their keyword and their braces.
struct Functions {
  private let code: [UInt8]
  private let words: [Word]

  init(_ text: String) {
    code = Array(text.utf8)
    words = Word.all(in: text)
  }

  /// The lines, from 1, of each `func`, `init`, `deinit` and `subscript` that has a body.
  var spans: [ClosedRange<Int>] {
    let lines = lineNumbers
    return words.compactMap { word in
      guard ["func", "init", "deinit", "subscript"].contains(word.text), !word.isMember,
        let open = bodyStart(from: word.end), let close = matchingBrace(from: open)
      else { return nil }
      return lines[word.end - 1]...lines[close]
    }
  }

  private var lineNumbers: [Int] {
    var line = 1
    return code.map { byte in
      defer { if byte == UInt8(ascii: "\n") { line += 1 } }
      return line
    }
  }

  private static let declarations: Set<String> = [
    "func", "init", "deinit", "subscript", "var", "let", "case", "struct", "class", "enum",
    "extension", "typealias", "associatedtype",
  ]

  /// The brace that opens the body of the declaration whose keyword ends at `start`, or nil for a
  /// requirement of a protocol.
  private func bodyStart(from start: Int) -> Int? {
    var depth = 0
    var wordStart = start
    for index in start..<code.count {
      if Word.isWord(code[index]) { continue }
      if depth == 0, index > wordStart {
        let word = String(decoding: code[wordStart..<index], as: UTF8.self)
        if Self.declarations.contains(word) { return nil }
      }
      wordStart = index + 1
      switch code[index] {
      case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "{") where depth == 0: return index
      case UInt8(ascii: "}") where depth == 0: return nil
      default: break
      }
    }
    return nil
  }

  private func matchingBrace(from open: Int) -> Int? {
    var depth = 0
    for index in open..<code.count {
      if code[index] == UInt8(ascii: "{") { depth += 1 }
      if code[index] == UInt8(ascii: "}") { depth -= 1 }
      if depth == 0 { return index }
    }
    return nil
  }
}
