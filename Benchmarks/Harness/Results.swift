import VarveBase

/// What a run found.
struct Results {
  let machine: Machine
  let isSmoke: Bool
  var comparisons: [(benchmark: String, comparison: Comparison)] = []

  /// As JSON: every round of every contender.
  var json: String {
    let rows = comparisons.map { benchmark, comparison in
      let figures = comparison.figures.map { figure in
        let ratio = comparison.ratio(to: figure.contender) ?? .nan
        let rounds = figure.rounds.map(Self.json).joined(separator: ", ")
        return """
                  {"contender": \(Self.json(figure.contender)), "median": \
          \(Self.json(figure.median)), "varveRatio": \(Self.json(ratio)), "rounds": [\(rounds)]}
          """
      }
      let goals = comparison.goals.map { goal in
        """
        {"goal": \(Self.json(Table.text(of: goal, unit: comparison.unit))), "met": \
        \(comparison.isMet(goal).map(String.init) ?? "null")}
        """
      }
      return """
            {"benchmark": \(Self.json(benchmark)), "title": \(Self.json(comparison.title)),
             "unit": \(Self.json(comparison.unit)), "higherIsBetter": \
        \(comparison.direction == .higherIsBetter),
             "goals": [\(goals.joined(separator: ", "))],
             "notes": [\(comparison.notes.map(Self.json).joined(separator: ", "))],
             "figures": [
        \(figures.joined(separator: ",\n"))
             ]}
        """
    }
    return """
      {
        "processor": \(Self.json(machine.processor)), "cores": \(machine.cores),
        "kernel": \(Self.json(machine.kernel)), "load": \(Self.json(machine.load)),
        "smoke": \(isSmoke),
        "comparisons": [
      \(rows.joined(separator: ",\n"))
        ]
      }

      """
  }

  private static func json(_ number: Double) -> String { number.isFinite ? "\(number)" : "null" }

  private static func json(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\n": "\\n"
      default: String(Character(scalar))
      }
    }
    return "\"\(escaped.joined())\""
  }

  static func write(_ text: String, to path: String) throws {
    let file = try LocalFileSystem().open(path, .create)
    let bytes = Array(text.utf8)
    try file.resize(to: 0)
    try file.write(bytes.span.bytes, at: 0)
  }
}
