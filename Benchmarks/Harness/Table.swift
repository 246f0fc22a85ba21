/// Comparisons as text that a person reads.
struct Table {
  /// `title`, Varve's figure, and for every other contender its figure and the ratio.
  static func lines(of comparison: Comparison) -> [String] {
    let ours = comparison.figures[0]
    var lines = [
      "  \(comparison.title)",
      "    \(column(ours.contender, 24))\(column(number(ours.median), -10)) \(comparison.unit)",
    ]
    for other in comparison.figures.dropFirst() {
      let ratio = comparison.ratio(to: other.contender) ?? .nan
      lines.append(
        "    \(column(other.contender, 24))\(column(number(other.median), -10)) "
          + "\(comparison.unit)  → \(number(ratio))×")
    }
    lines += comparison.goals.map { "    \(verdict(comparison, $0))" }
    lines += comparison.notes.map { "    \($0)" }
    return lines
  }

  static func verdict(_ comparison: Comparison, _ goal: Comparison.Goal) -> String {
    let wanted = text(of: goal, unit: comparison.unit)
    return switch comparison.isMet(goal) {
    case true?: "met: \(wanted)"
    case false?: "MISSED: \(wanted)"
    case nil: "not compared: \(wanted)"
    }
  }

  static func text(of goal: Comparison.Goal, unit: String) -> String {
    switch goal {
    case .ratio(let contender, let least): "at least \(number(least))× \(contender)"
    case .atLeast(let least): "at least \(number(least)) \(unit)"
    case .atMost(let most): "at most \(number(most)) \(unit)"
    }
  }

  /// Three digits that count.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    let digits = value.magnitude >= 100 ? 0 : value.magnitude >= 10 ? 1 : 2
    return fixed(value, digits)
  }

  static func fixed(_ value: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let rounded = Int((value.magnitude * scale).rounded())
    let sign = value < 0 && rounded > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(rounded)" }
    let fraction = String(rounded % Int(scale))
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return "\(sign)\(rounded / Int(scale)).\(zeros)\(fraction)"
  }

  /// Text padded with spaces: on its right, or on its left for a negative width.
  static func column(_ text: String, _ width: Int) -> String {
    let padding = String(repeating: " ", count: max(0, Int(width.magnitude) - text.count))
    return width < 0 ? padding + text : text + padding
  }
}
