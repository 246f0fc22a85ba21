/// Which topics a group consumer reads.
public enum Subscription: Hashable, Sendable {
  /// Topics by name. One that does not exist yet is read from when it does.
  case topics([String])
  /// All topics whose whole name matches a regular expression, those created later too. Groups in
  /// Kafka write it in RE2's syntax, and so does Varve: `orders-.*`.
  case pattern(String)
}

extension Subscription: ExpressibleByArrayLiteral {
  public init(arrayLiteral topics: String...) { self = .topics(topics) }
}
