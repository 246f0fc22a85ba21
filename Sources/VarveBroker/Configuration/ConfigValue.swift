internal import VarveBase

/// The type of a config's value, as DescribeConfigs names it.
package enum ConfigType: Int8, Sendable {
  case boolean = 1
  case string = 2
  case int = 3
  case long = 5
  case double = 6
  case list = 7
}

/// A config's value, read from its text.
package enum ConfigValue: Hashable, Sendable {
  case boolean(Bool)
  case string(String)
  case int(Int32)
  case long(Int64)
  case double(Double)
  /// Comma-separated in the text.
  case list([String])

  /// Reads a value as Kafka does: white space around it does not count, nor does the case of
  /// `true` and `false`. Nil for what is not of the type, or too long for a record of Kafka's.
  package init?(_ text: String, type: ConfigType) {
    let trimmed = Self.trimmed(text)
    guard text.utf8.count <= Limits.stringBytesMax else { return nil }
    switch type {
    case .boolean:
      switch trimmed.lowercased() {
      case "true": self = .boolean(true)
      case "false": self = .boolean(false)
      default: return nil
      }
    case .string: self = .string(trimmed)
    case .int:
      guard let number = Int32(trimmed) else { return nil }
      self = .int(number)
    case .long:
      guard let number = Int64(trimmed) else { return nil }
      self = .long(number)
    case .double:
      guard let number = Double(trimmed) else { return nil }
      self = .double(number)
    case .list: self = .list(Self.elements(of: trimmed))
    }
  }

  /// The elements of a comma-separated list; none in an empty text.
  package static func elements(of text: String) -> [String] {
    if text.isEmpty { return [] }
    return text.split(separator: ",", omittingEmptySubsequences: false).map { trimmed($0) }
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    let head = text.drop { $0.isWhitespace }
    let count = head.reversed().prefix { $0.isWhitespace }.count
    return String(head.dropLast(count))
  }

  /// The number, where it is one.
  package var number: Double? {
    switch self {
    case .int(let number): Double(number)
    case .long(let number): Double(number)
    case .double(let number): number
    case .boolean, .string, .list: nil
    }
  }
}

/// The values that a config may take.
package enum ConfigConstraint: Hashable, Sendable {
  /// Any of the type.
  case none
  case atLeast(Int64)
  case between(Int64, Int64)
  /// -1 or a number in the range.
  case standardOrBetween(Int64, Int64)
  /// A fraction from 0 to 1.
  case fraction
  case oneOf([String])
  /// A feature that there is not: false.
  case off
  /// Some of these, in any order, each once at most.
  case someOf([String])
  /// `PARTITION:BROKER` pairs, or `*` for all.
  case replicas
  /// Where a share group starts; see ``ShareOffsetReset``.
  case shareOffsetReset

  /// Whether the constraint holds for a value.
  package func allows(_ value: ConfigValue) -> Bool {
    switch (self, value) {
    case (.none, _): true
    case (.off, .boolean(let isOn)): !isOn
    case (.fraction, .double(let number)): number >= 0 && number <= 1
    case (.oneOf(let legal), .string(let text)): legal.contains(text)
    case (.someOf(let legal), .list(let elements)):
      elements.allSatisfy { legal.contains($0) } && Set(elements).count == elements.count
    case (.replicas, .list(let elements)):
      elements == ["*"] || elements.allSatisfy(Self.isReplica)
    case (.shareOffsetReset, .string(let text)): ShareOffsetReset(text) != nil
    case (_, .int(let number)): allows(Int64(number))
    case (_, .long(let number)): allows(number)
    default: false
    }
  }

  private func allows(_ number: Int64) -> Bool {
    switch self {
    case .atLeast(let lowest): number >= lowest
    case .between(let lowest, let highest): number >= lowest && number <= highest
    case .standardOrBetween(let lowest, let highest):
      number == -1 || number >= lowest && number <= highest
    case .none: true
    case .fraction, .oneOf, .off, .someOf, .replicas, .shareOffsetReset: false
    }
  }

  private static func isReplica(_ text: String) -> Bool {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { UInt32($0) != nil }
  }

  /// What is legal, for an error.
  func legal(for type: ConfigType) -> String {
    switch self {
    case .none: Self.any(type)
    case .atLeast(let lowest): "\(Self.any(type)) of at least \(lowest)"
    case .between(let lowest, let highest): "\(Self.any(type)) from \(lowest) to \(highest)"
    case .standardOrBetween(let lowest, let highest): "-1 or a number from \(lowest) to \(highest)"
    case .fraction: "a number from 0 to 1"
    case .oneOf(let legal): "one of \(legal.joined(separator: ", "))"
    case .off: "false"
    case .someOf(let legal): "a list of \(legal.joined(separator: ", "))"
    case .shareOffsetReset: "latest, earliest or by_duration:PnDTnHnMn.nS"
    case .replicas: "'*' or a list of PARTITION:BROKER"
    }
  }

  private static func any(_ type: ConfigType) -> String {
    switch type {
    case .boolean: "true or false"
    case .string: "any text"
    case .int: "a 32-bit number"
    case .long: "a 64-bit number"
    case .double: "a number"
    case .list: "a comma-separated list"
    }
  }
}
