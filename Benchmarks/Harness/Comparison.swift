/// Figures of one run that are to be compared: Varve's, then those of a ceiling and of peers.
package struct Comparison: Sendable {
  package let title: String
  package let unit: String
  package let direction: Direction
  /// Varve's first.
  package let figures: [Figure]
  package var goals: [Goal] = []
  /// What else was seen: counts of allocations, shares.
  package var notes: [String] = []

  package enum Direction: Sendable { case higherIsBetter, lowerIsBetter }

  /// One contender's rounds. Rounds of one number ran next to each other in time.
  package struct Figure: Sendable {
    package let contender: String
    package let rounds: [Double]

    package var median: Double { Comparison.median(rounds) }
  }

  /// What Varve is to reach.
  package enum Goal: Sendable {
    /// As often as good as a contender of the same run.
    case ratio(to: String, atLeast: Double)
    case atLeast(Double)
    case atMost(Double)
  }

  /// Varve against a contender: above 1 Varve is better. The median of the rounds' ratios, so that
  /// what slows the machine for a while slows both sides of a ratio.
  package func ratio(to contender: String) -> Double? {
    guard let other = figures.first(where: { $0.contender == contender }) else { return nil }
    let ratios = zip(figures[0].rounds, other.rounds).map { ours, theirs in
      direction == .higherIsBetter ? ours / theirs : theirs / ours
    }
    return Self.median(ratios)
  }

  /// Whether a goal is reached; nil where the contender did not run.
  package func isMet(_ goal: Goal) -> Bool? {
    switch goal {
    case .ratio(let contender, let least): ratio(to: contender).map { $0 >= least }
    case .atLeast(let least): figures[0].median >= least
    case .atMost(let most): figures[0].median <= most
    }
  }

  /// What Varve takes of something, which is compared with nobody's.
  static func figure(
    _ title: String, _ unit: String, _ value: Double, atMost most: Double? = nil
  ) -> Comparison {
    Comparison(
      title: title, unit: unit, direction: .lowerIsBetter,
      figures: [Figure(contender: "Varve", rounds: [value])],
      goals: most.map { [.atMost($0)] } ?? [])
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
      ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}
