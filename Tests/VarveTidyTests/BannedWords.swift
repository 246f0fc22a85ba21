/// Words that have no place here, with what to write instead.
struct BannedWord: Sendable {
  let word: String
  let pattern: @Sendable () -> Regex<Substring>
  let instead: String
  /// The files that it is banned in.
  let scope: @Sendable (SourceFile) -> Bool
  /// Comments count too.
  var inComments = false

  var rule: Rule {
    Rule { file in
      guard file.isSwift, scope(file) else { return [] }
      let pattern = pattern()
      return (inComments ? file.lines : file.code).enumerated().compactMap { index, line in
        guard line.firstMatch(of: pattern) != nil else { return nil }
        return Finding(path: file.path, line: index + 1, message: "\(word): \(instead)")
      }
    }
  }
}

extension BannedWord {
  static let everywhere: @Sendable (SourceFile) -> Bool = { _ in true }
  static let tests: @Sendable (SourceFile) -> Bool = { $0.isTest }
  static let libraries: @Sendable (SourceFile) -> Bool = { $0.isLibrary }
  /// This folder speaks of the words that it bans.
  static let allButTidy: @Sendable (SourceFile) -> Bool = { $0.target != "VarveTidyTests" }

  static let all: [BannedWord] = [
    BannedWord(
      word: "try!", pattern: { /\btry!/ }, instead: "throw, or handle the error",
      scope: everywhere),
    BannedWord(
      word: "as!", pattern: { /\bas!/ }, instead: "use the type, or a checked cast",
      scope: everywhere),
    BannedWord(
      word: "fatalError", pattern: { /\bfatalError\(/ },
      instead: "a typed error for bad input, precondition for a bug of ours", scope: everywhere),
    BannedWord(
      word: "nonisolated(unsafe)", pattern: { /nonisolated\(unsafe\)/ },
      instead: "a Mutex, an Atomic, or @unchecked Sendable with a Safety line",
      scope: everywhere),
    BannedWord(
      word: "@testable", pattern: { /[@]testable\b/ }, instead: "package access",
      scope: everywhere),
    BannedWord(
      word: "print", pattern: { /(?:^|[^.\w])(?:print|debugPrint)\(/ },
      instead: "only the command and the benchmarks print",
      scope: { file in
        // The code that README and the articles show.
        !["VarveCommand", "VarveBenchmarks"].contains(file.target)
          && !file.path.hasPrefix("Tests/VarveTests/Documentation/")
      }),
    BannedWord(
      word: "Foundation", pattern: { /\bimport Foundation\w*/ },
      instead: "libraries do without it", scope: libraries),
    BannedWord(
      word: "sleeping", pattern: { /\b(?:Task\.sleep|usleep|nanosleep|Thread\.sleep)\(/ },
      instead: "wait for the event itself, or move a manual clock", scope: tests),
    BannedWord(
      word: "skipped test", pattern: { /\.disabled\(|\bwithKnownIssue\b/ },
      instead: "mend it, or take it away", scope: tests),
    BannedWord(
      word: "to-do", pattern: { /\b(?:TODO|FIXME|XXX)\b/ }, instead: "do it, or file an issue",
      scope: allButTidy, inComments: true),
  ]
}
