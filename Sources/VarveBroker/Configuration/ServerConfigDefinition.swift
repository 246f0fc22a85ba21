/// A config that a server can have, by Kafka's name where it means the same as there.
package struct ServerConfigDefinition: Sendable {
  package let name: String
  package let type: ConfigType
  /// The default, as text; nil where there is none to show.
  package let standard: String?
  /// What it does, in a sentence or two.
  package let documentation: String
  /// Whether a change takes effect in a server that runs.
  package let isDynamic: Bool
  private let constraint: ConfigConstraint
  /// The topic config that it is the default of, with the factor between their units.
  private let topic: (definition: TopicConfigDefinition, synonym: ServerSynonym)?

  init(
    _ name: String, _ type: ConfigType, _ standard: String?, _ constraint: ConfigConstraint = .none,
    isDynamic: Bool = false, _ documentation: String
  ) {
    self.name = name
    self.type = type
    self.standard = standard
    self.constraint = constraint
    self.documentation = documentation
    self.isDynamic = isDynamic
    topic = nil
  }

  /// The server's config that stands in where topics say nothing.
  init(_ synonym: ServerSynonym, of definition: TopicConfigDefinition) {
    name = synonym.name
    type = definition.type
    standard = synonym.standard
    constraint = definition.constraint
    documentation = "The default of topics' \(definition.name). \(definition.documentation)"
    isDynamic = true
    topic = (definition, synonym)
  }

  /// Judges a value. Throws ``ConfigError`` with code `.invalidValue`.
  package func check(_ text: String) throws(ConfigError) {
    if let (definition, synonym) = topic {
      _ = try definition.value(of: synonym.scaled(text), source: name)
      return
    }
    guard let value = ConfigValue(text, type: type), constraint.allows(value) else {
      throw ConfigError(
        .invalidValue, name: name, value: text,
        reason: "it must be \(constraint.legal(for: type))")
    }
  }
}

extension ServerConfigDefinition {
  /// What becomes of a config that a server is started with.
  package enum Verdict: Equatable, Sendable {
    case used
    /// A config of Kafka's that changes nothing here, and why.
    case ignored(String)
  }

  /// Judges a config that a server is started with.
  ///
  /// - Throws: ``ConfigError`` for a name that nobody knows, one whose meaning could not be kept,
  ///   or a value that is not legal.
  package static func judge(_ name: String, _ value: String) throws(ConfigError) -> Verdict {
    if let definition = named(name) {
      try definition.check(value)
      return .used
    }
    if let reason = ForeignServerConfigs.ignored[name] { return .ignored(reason) }
    if let reason = ForeignServerConfigs.refusal(of: name) {
      throw ConfigError(.conflict, name: name, value: value, reason: reason)
    }
    throw ConfigError(
      .unknownName, name: name, value: value, reason: "there is no such config of a server")
  }
}
