/// Declarations that nothing names. Names are all that is looked at, so one that is used anywhere
/// keeps its namesakes alive; what is found is dead for sure.
struct DeadCode {
  /// How often each word stands in the code.
  private let uses: [Substring: Int]

  init(_ files: [SourceFile]) {
    var uses: [Substring: Int] = [:]
    for file in files where file.isSwift {
      for word in file.words { uses[word.text, default: 0] += 1 }
    }
    self.uses = uses
  }

  /// Names that the language or the standard library calls; `Program` is the one marked `@main`.
  private static let called: Set<Substring> = [
    "hash", "encode", "startIndex", "endIndex", "makeIterator", "makeAsyncIterator",
    "underestimatedCount", "main", "Program",
    "unsafeLoad",
  ]

  private static let keywords: Set<Substring> = [
    "func", "var", "let", "struct", "class", "enum", "protocol", "typealias", "actor",
  ]

  /// The declarations of a file of `Sources` that stand there and nowhere else.
  func findings(in file: SourceFile) -> [Finding] {
    guard file.isSwift, file.path.hasPrefix("Sources/") else { return [] }
    var names: Set<Substring> = []
    for (keyword, name) in zip(file.words, file.words.dropFirst()) {
      if Self.keywords.contains(keyword.text), !keyword.isMember, !Self.called.contains(name.text),
        uses[name.text] == 1
      {
        names.insert(name.text)
      }
    }
    return names.sorted().map { name in
      let line = file.code.firstIndex { $0.contains(name) } ?? 0
      return Finding(path: file.path, line: line + 1, message: "\(name) is used nowhere")
    }
  }
}
