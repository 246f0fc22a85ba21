/// A config that a topic, or a group, can have.
package struct TopicConfigDefinition: Sendable {
  package let name: String
  package let type: ConfigType
  /// The default, as text.
  package let standard: String
  package let constraint: ConfigConstraint
  /// What it does, in a sentence or two.
  package let documentation: String
  /// The server's configs that stand in where a topic does not set its own, the first set wins.
  package let synonyms: [ServerSynonym]

  init(
    _ name: String, _ type: ConfigType, _ standard: String, _ constraint: ConfigConstraint = .none,
    server synonyms: [ServerSynonym] = [], _ documentation: String
  ) {
    self.name = name
    self.type = type
    self.standard = standard
    self.constraint = constraint
    self.documentation = documentation
    self.synonyms = synonyms
  }

  /// Reads and judges a value.
  ///
  /// - Throws: ``ConfigError`` with code `.invalidValue`, naming `source` where it is given: the
  ///   server's config that the value comes from.
  package func value(
    of text: String, source: String? = nil
  ) throws(ConfigError) -> ConfigValue {
    guard let value = ConfigValue(text, type: type), constraint.allows(value) else {
      throw ConfigError(
        .invalidValue, name: source ?? name, value: text,
        reason: "it must be \(constraint.legal(for: type))")
    }
    return value
  }

  /// The default, read.
  var standardValue: ConfigValue {
    guard let value = ConfigValue(standard, type: type) else {
      preconditionFailure("the default of \(name) is not of its type")
    }
    return value
  }
}

/// A config of the server that is the default of a topic's: `log.segment.bytes` for
/// `segment.bytes`.
package struct ServerSynonym: Hashable, Sendable {
  package let name: String
  /// Milliseconds per unit, where the server's config has another unit than the topic's.
  package let scale: Int64
  /// The server's own default as DescribeConfigs shows it; nil where it shows none.
  package let standard: String?

  init(_ name: String, standard: String? = nil, scale: Int64 = 1) {
    self.name = name
    self.scale = scale
    self.standard = standard
  }

  /// The topic's value that a server's value stands for; the text as it is where it is no number.
  func scaled(_ text: String) -> String {
    guard scale != 1, let number = Int64(text), number >= 0 else { return text }
    let (product, overflow) = number.multipliedReportingOverflow(by: scale)
    return overflow ? String(Int64.max) : String(product)
  }
}

/// A config that cannot be.
package struct ConfigError: Error, Hashable, CustomStringConvertible {
  package enum Code: Sendable {
    /// No such config.
    case unknownName
    /// The value is not of the type or not in its range.
    case invalidValue
    /// Two values that are fine by themselves are not together.
    case conflict
  }

  package let code: Code
  package let name: String
  package let value: String?
  package let reason: String

  package init(_ code: Code, name: String, value: String?, reason: String) {
    self.code = code
    self.name = name
    self.value = value
    self.reason = reason
  }

  package var description: String {
    switch code {
    case .unknownName: "unknown config \(name): \(reason)"
    case .invalidValue, .conflict:
      "invalid value \(value ?? "null") for configuration \(name): \(reason)"
    }
  }
}
