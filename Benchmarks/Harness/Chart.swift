import Glibc

/// The ratios as a picture: a bar for each contender, Varve's figure being 1, on a scale of
/// doublings.
struct Chart {
  private let bars: [Bar]
  private let subtitle: String

  private struct Bar {
    let title: String?
    let label: String
    let ratio: Double
    let isGoalMet: Bool?
  }

  init(_ results: Results) {
    let machine = results.machine
    subtitle =
      "\(machine.processor), \(machine.cores) cores, Linux \(machine.kernel), load "
      + "\(Table.fixed(machine.load, 1)); make bench"
    bars = results.comparisons.flatMap { _, comparison in
      comparison.figures.dropFirst().enumerated().compactMap { index, figure in
        guard let ratio = comparison.ratio(to: figure.contender), ratio.isFinite, ratio > 0 else {
          return nil
        }
        let goal = comparison.goals.first {
          if case .ratio(figure.contender, _) = $0 { true } else { false }
        }
        return Bar(
          title: index == 0 ? comparison.title : nil, label: "Varve ÷ \(figure.contender)",
          ratio: ratio, isGoalMet: goal.flatMap { comparison.isMet($0) })
      }
    }
  }

  // Places in the picture, in its own units.
  private static let width = 900.0
  private static let labelEnd = 260.0
  private static let barHeight = 16.0
  private static let titleHeight = 30.0
  private static let headHeight = 70.0
  /// One doubling.
  private static let step = 70.0
  private static let origin = 470.0

  var svg: String {
    var y = Self.headHeight
    var body: [String] = []
    for bar in bars {
      if let title = bar.title {
        y += Self.titleHeight
        body.append(Self.text(title, x: 20, y: y - 8, size: 13, anchor: "start", weight: 600))
      }
      body += Self.drawn(bar, at: y)
      y += Self.barHeight + 4
    }
    let height = y + 30
    let axis = """
      <line x1="\(Self.origin)" y1="\(Self.headHeight)" x2="\(Self.origin)" y2="\(y)" \
      stroke="#555"/>
      """
    let title = Self.text(
      "How often as fast Varve is", x: 20, y: 30, size: 20, anchor: "start", weight: 700)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.width) \(height)" \
      font-family="system-ui, sans-serif">
      <rect width="\(Self.width)" height="\(height)" fill="#fff"/>
      \(title)
      \(Self.text(subtitle, x: 20, y: 52, size: 11, anchor: "start"))
      \(Self.text("as fast", x: Self.origin, y: Self.headHeight + 8, size: 11))
      \(axis)
      \(body.joined(separator: "\n"))
      </svg>

      """
  }

  private static func drawn(_ bar: Bar, at y: Double) -> [String] {
    let doublings = min(max(log2(bar.ratio), -2.6), 5.2)
    let end = origin + doublings * step
    let colour =
      switch bar.isGoalMet {
      case true?: "#2a7f62"
      case false?: "#c0392b"
      case nil: "#5b7fa6"
      }
    return [
      text(bar.label, x: labelEnd, y: y + 12, size: 12, anchor: "end"),
      """
      <rect x="\(min(origin, end))" y="\(y)" width="\(abs(end - origin))" \
      height="\(barHeight)" fill="\(colour)"/>
      """,
      text(
        "\(Table.number(bar.ratio))×", x: end + (doublings < 0 ? -6 : 6), y: y + 12, size: 12,
        anchor: doublings < 0 ? "end" : "start"),
    ]
  }

  private static func text(
    _ text: String, x: Double, y: Double, size: Int, anchor: String = "middle", weight: Int = 400
  ) -> String {
    let escaped = text.map { character in
      switch character {
      case "<": "&lt;"
      case "&": "&amp;"
      default: String(character)
      }
    }
    return """
      <text x="\(x)" y="\(y)" font-size="\(size)" font-weight="\(weight)" text-anchor="\(anchor)" \
      fill="#222">\(escaped.joined())</text>
      """
  }
}
