/// A file of the repository as the rules see it.
struct SourceFile {
  /// Relative to the top of the repository: `Sources/VarveLog/Segment.swift`.
  let path: String
  /// The lines as they stand.
  let lines: [Substring]
  /// The lines with comments and the insides of strings blanked, so that words found are code.
  let code: [Substring]
  /// The same as `code`, in one piece.
  let codeText: String
  /// The words of the code.
  let words: [Word]

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    codeText = path.hasSuffix(".swift") ? SwiftText.blanked(text) : text
    words = Word.all(in: codeText)
    code = codeText.split(separator: "\n", omittingEmptySubsequences: false)
  }

  var isSwift: Bool { path.hasSuffix(".swift") }
  var isTest: Bool { path.hasPrefix("Tests/") }

  /// The folder below `Sources` or `Tests`, or `VarveBenchmarks`.
  var target: String {
    let parts = path.split(separator: "/")
    return parts.first == "Benchmarks"
      ? "VarveBenchmarks" : parts.dropFirst().first.map(String.init) ?? ""
  }

  /// A library that users link: everything in `Sources` but the command.
  var isLibrary: Bool { path.hasPrefix("Sources/") && target != "VarveCommand" }
}

/// A broken rule, and where.
struct Finding: CustomStringConvertible {
  let path: String
  /// Counted from 1.
  let line: Int
  let message: String

  var description: String { "\(path):\(line): \(message)" }
}

/// A rule that looks at one file at a time.
struct Rule: Sendable {
  let check: @Sendable (SourceFile) -> [Finding]

  /// The findings in a made-up file.
  func findings(in text: String, at path: String = "Sources/VarveLog/Planted.swift") -> [Finding] {
    check(SourceFile(path: path, text: text))
  }
}
