import Foundation

/// The repository that this file stands in.
enum SourceTree {
  /// The top of the repository.
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The Swift and C files that we wrote.
  static let files: [SourceFile] = ["Sources", "Tests", "Benchmarks", "Package.swift"].flatMap(read)

  /// The text of a file, or nil where there is none.
  static func text(_ path: String) -> String? {
    try? String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  private static func read(below path: String) -> [SourceFile] {
    if let text = text(path) { return [SourceFile(path: path, text: text)] }
    let folder = root.appending(path: path)
    let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
    return (names ?? []).sorted().compactMap { name in
      guard [".swift", ".c", ".h"].contains(where: name.hasSuffix) else { return nil }
      return text(path + "/" + name).map { SourceFile(path: path + "/" + name, text: $0) }
    }
  }

  /// What a rule finds in the whole tree.
  static func findings(of rule: Rule) -> [Finding] { files.flatMap(rule.check) }
}
