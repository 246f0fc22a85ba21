import Foundation

/// Rules about the repository as a whole.
enum Housekeeping {
  static let topLevel: Set<String> = [
    "Package.swift", "Sources", "Tests", "Benchmarks", "README.md", "Makefile", "LICENSE",
  ]
  /// What git ignores at the top.
  static let generated: Set<String> = ["bench-results"]

  static func strays(in names: [String]) -> [String] {
    names.filter { !$0.hasPrefix(".") && !topLevel.contains($0) && !generated.contains($0) }
  }

  /// Placeholders that stand beside a real file of their target.
  static func deadPlaceholders(in paths: [String]) -> [String] {
    let swift = paths.filter { $0.hasSuffix(".swift") }
    return swift.filter { path in
      guard path.hasSuffix("/Placeholder.swift") else { return false }
      let folder = path.dropLast("Placeholder.swift".count)
      return swift.contains { $0 != path && $0.hasPrefix(folder) }
    }
  }

  /// The names of the traits that the package declares.
  static func traits(inPackage text: String) -> Set<String> {
    Set(text.matches(of: /\.trait\(\s*name: "(\w+)"/).map { String($0.output.1) })
  }

  /// The names in the first column of README's table of traits.
  static func traits(inReadme text: String) -> Set<String> {
    guard let table = text.firstRange(of: /\n\| trait [^\n]*\n/) else { return [] }
    let rows = text[table.upperBound...].prefix(while: { $0 != "#" })
    return Set(rows.matches(of: /(?:^|\n)\| `(\w+)`/).map { String($0.output.1) })
  }

  /// The rows of the goals that a test's display name shows, as in `@Test("G03: …")`, or its name
  /// where that is a sentence between backquotes.
  static func goals(shownIn text: String) -> Set<String> {
    var ids: Set<String> = []
    for name in text.matches(of: /(?:@(?:Test|Suite)\(\s*"|\bfunc `)((?:[SG]\d\d,? ?)+)/) {
      ids.formUnion(name.output.1.matches(of: /[SG]\d\d/).map { String($0.output) })
    }
    return ids
  }

  /// The rows that the goals have.
  static func goals(definedIn text: String) -> Set<String> {
    Set(text.matches(of: /\n\| ([SG]\d\d) \|/).map { String($0.output.1) })
  }
}
