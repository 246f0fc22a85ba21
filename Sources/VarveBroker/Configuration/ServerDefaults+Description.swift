/// A config of the server as DescribeConfigs shows it.
package struct ServerConfigEntry: Hashable, Sendable {
  package let name: String
  package let value: String
  package let source: ConfigSource
  package let type: ConfigType
  package let documentation: String
}

extension ServerDefaults {
  /// The configs that topics inherit and those that are set, by name.
  package var entries: [ServerConfigEntry] {
    var entries: [String: ServerConfigEntry] = [:]
    for definition in TopicConfigDefinition.all {
      for synonym in definition.synonyms where entries[synonym.name] == nil {
        guard let (value, source) = stated(synonym) else { continue }
        entries[synonym.name] = ServerConfigEntry(
          name: synonym.name, value: value, source: source, type: definition.type,
          documentation: "The default of topics' \(definition.name). \(definition.documentation)")
      }
    }
    for (source, values) in layers {
      for (name, value) in values where entries[name] == nil {
        entries[name] = ServerConfigEntry(
          name: name, value: value, source: source, type: .string, documentation: "")
      }
    }
    return entries.values.sorted { $0.name < $1.name }
  }

  private func stated(_ synonym: ServerSynonym) -> (value: String, source: ConfigSource)? {
    for (source, values) in layers {
      if let value = values[synonym.name] { return (value, source) }
    }
    return synonym.standard.map { ($0, .standard) }
  }
}
