/// Files, functions and lines that fit into a head and onto a screen.
enum Sizes {
  static let fileLinesMax = 400
  static let testFileLinesMax = 600
  static let functionLinesMax = 50
  static let columnsMax = 100

  static let files = Rule { file in
    let limit = file.isTest ? testFileLinesMax : fileLinesMax
    let count = file.lines.count - (file.lines.last?.isEmpty == true ? 1 : 0)
    guard count > limit else { return [] }
    return [Finding(path: file.path, line: limit + 1, message: "\(count) lines; at most \(limit)")]
  }

  static let columns = Rule { file in
    file.lines.enumerated().compactMap { index, line in
      guard line.count > columnsMax else { return nil }
      return Finding(
        path: file.path, line: index + 1, message: "\(line.count) columns; at most \(columnsMax)")
    }
  }

  static let functions = Rule { file in
    guard file.isSwift else { return [] }
    return Functions.spans(in: file.codeText).compactMap { lines in
      guard lines.count > functionLinesMax else { return nil }
      return Finding(
        path: file.path, line: lines.lowerBound,
        message: "a function of \(lines.count) lines; at most \(functionLinesMax)")
    }
  }
}

/// Finds functions by their keyword and their braces.
enum Functions {
  /// The lines, from 1, of each `func`, `init`, `deinit` and `subscript` that has a body.
  static func spans(in code: String) -> [ClosedRange<Int>] {
    let characters = Array(code)
    let lines = lineNumbers(of: characters)
    return words(in: characters).compactMap { word in
      guard ["func", "init", "deinit", "subscript"].contains(word.text), !word.isMember,
        let open = bodyStart(in: characters, from: word.end),
        let close = matchingBrace(in: characters, from: open)
      else { return nil }
      return lines[word.end - 1]...lines[close]
    }
  }

  private struct Word {
    let text: String
    let end: Int
    /// Follows a dot: a call, not a declaration.
    let isMember: Bool
  }

  private static func lineNumbers(of characters: [Character]) -> [Int] {
    var line = 1
    return characters.map { character in
      defer { if character == "\n" { line += 1 } }
      return line
    }
  }

  private static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
  }

  private static func words(in characters: [Character]) -> [Word] {
    var words: [Word] = []
    var start: Int?
    for (index, character) in (characters + ["\n"]).enumerated() {
      if isWord(character) {
        if start == nil { start = index }
      } else if let first = start {
        words.append(
          Word(
            text: String(characters[first..<index]), end: index,
            isMember: first > 0 && characters[first - 1] == "."))
        start = nil
      }
    }
    return words
  }

  /// The brace that opens the body of the declaration whose keyword ends at `start`, or nil for a
  /// requirement of a protocol.
  private static func bodyStart(in characters: [Character], from start: Int) -> Int? {
    let declarations: Set<String> = [
      "func", "init", "deinit", "subscript", "var", "let", "case", "struct", "class", "enum",
      "extension", "typealias", "associatedtype",
    ]
    var depth = 0
    var word = ""
    for index in start..<characters.count {
      let character = characters[index]
      if isWord(character) {
        word.append(character)
        continue
      }
      if depth == 0, declarations.contains(word) { return nil }
      word = ""
      switch character {
      case "(", "[": depth += 1
      case ")", "]": depth -= 1
      case "{" where depth == 0: return index
      case "}" where depth == 0: return nil
      default: break
      }
    }
    return nil
  }

  private static func matchingBrace(in characters: [Character], from open: Int) -> Int? {
    var depth = 0
    for index in open..<characters.count {
      if characters[index] == "{" { depth += 1 }
      if characters[index] == "}" { depth -= 1 }
      if depth == 0 { return index }
    }
    return nil
  }
}
