import Foundation

/// The table of the article PublishSubscribe that compares a queue, a topic and a consumer group:
/// every cell names tests that show what it says, by the ids of their rows of the goals.
enum Comparison {
  struct Cell {
    /// What is compared.
    let row: String
    let text: String
  }

  /// The cells below the table's header, without the first of each row.
  static func cells(in article: String) -> [Cell] {
    let lines = article.split(separator: "\n", omittingEmptySubsequences: false)
    guard let header = lines.firstIndex(where: { $0.hasPrefix("| | queue | topic | ") }) else {
      return []
    }
    // The line below the header is the rule.
    return lines[header...].dropFirst(2).prefix { $0.hasPrefix("|") }.flatMap { line in
      let texts = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst()
        .dropLast()
        .map { $0.trimmingCharacters(in: .whitespaces) }
      return texts.dropFirst().map { Cell(row: texts.first ?? "", text: $0) }
    }
  }

  /// The cells that name no test, or one that there is not.
  static func unshown(in article: String, by shown: Set<String>) -> [String] {
    cells(in: article).filter { cell in
      let named = ids(in: cell.text)
      return named.isEmpty || !named.isSubset(of: shown)
    }.map { "\($0.row): \($0.text)" }
  }

  /// The rows of the goals that a text names.
  static func ids(in text: String) -> Set<String> {
    Set(text.matches(of: /\b[SG]\d\d\b/).map { String($0.output) })
  }
}
