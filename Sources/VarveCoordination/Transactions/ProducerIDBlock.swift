/// A run of producer ids that belongs to this broker: they are handed out one by one, and what is
/// left when the broker ends is never used.
package struct ProducerIDBlock: Equatable, Sendable {
  private var remaining: Range<Int64>

  package init(_ ids: Range<Int64> = 0..<0) { remaining = ids }

  package var isEmpty: Bool { remaining.isEmpty }

  /// The next id; nil where the block is used up, and the broker has to take another.
  package mutating func take() -> Int64? {
    guard let id = remaining.first else { return nil }
    remaining = (id + 1)..<remaining.upperBound
    return id
  }
}
