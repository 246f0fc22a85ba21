/// Which of the lines are written that somebody else can bring about as often as he likes: of one
/// kind so many in so long, and the others are counted. A value without a clock.
///
/// It remembers some hundred kinds at a time; lines of any further kind are counted as one.
package struct LineLimit<Kind: Hashable & Sendable>: Sendable {
  /// How many lines of a kind are written.
  package static var linesMax: Int { 10 }
  /// In how long, in nanoseconds.
  package static var spanNanoseconds: UInt64 { 10_000_000_000 }
  /// How many kinds are told apart.
  package static var kindsMax: Int { 500 }

  /// Lines that were not written.
  package struct Omission: Equatable, Sendable {
    /// Nil where they are of many kinds.
    package let kind: Kind?
    package let count: Int

    package init(kind: Kind?, count: Int) { (self.kind, self.count) = (kind, count) }
  }

  private struct Span {
    let end: UInt64
    var written = 0
    var omitted = 0
  }

  private var spans: [Kind?: Span] = [:]
  /// When the first of them is over.
  private var nextEnd = UInt64.max

  package init() {}

  /// Whether a line of the kind is to be written now.
  package mutating func admits(_ kind: Kind, at now: UInt64) -> Bool {
    let isKnown = spans[kind] != nil
    let counted: Kind? = isKnown || spans.count < Self.kindsMax ? kind : nil
    var span = spans[counted] ?? Span(end: now + Self.spanNanoseconds)
    nextEnd = min(nextEnd, span.end)
    let isAdmitted = counted != nil && span.written < Self.linesMax
    if isAdmitted { span.written += 1 } else { span.omitted += 1 }
    spans[counted] = span
    return isAdmitted
  }

  /// What was left out in spans that are over, which are forgotten.
  package mutating func takeOmissions(at now: UInt64) -> [Omission] {
    guard now >= nextEnd else { return [] }
    let over = spans.filter { $0.value.end <= now }
    for kind in over.keys { spans[kind] = nil }
    nextEnd = spans.values.map(\.end).min() ?? .max
    return over.compactMap { kind, span in
      span.omitted > 0 ? Omission(kind: kind, count: span.omitted) : nil
    }
  }
}
