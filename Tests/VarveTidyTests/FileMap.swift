/// The contributors' file map against the files: what stands in one must stand in the other.
enum FileMap {
  /// The names of the Swift files of `Sources` without their aspects: `Segment` for
  /// `Segment+Read.swift`.
  static func names(ofFiles paths: [String]) -> Set<String> {
    Set(paths.filter { $0.hasPrefix("Sources/") && $0.hasSuffix(".swift") }.map(name))
  }

  /// The names between backquotes in the rows of the map's tables, without their aspects.
  static func names(inMap text: String) -> Set<String> {
    var names: Set<String> = []
    for row in text.split(separator: "\n") where row.hasPrefix("| `") {
      guard let cell = row.dropFirst().split(separator: "|").first else { continue }
      for match in cell.matches(of: /`([^`]+)`/) { names.insert(name(String(match.output.1))) }
    }
    return names
  }

  private static func name(_ path: String) -> String {
    let file = path.split(separator: "/").last ?? ""
    return String(file.prefix { $0 != "+" && $0 != "." })
  }
}
