/// A config as DescribeConfigs shows it.
package struct TopicConfigEntry: Hashable, Sendable {
  package let name: String
  package let value: String
  package let source: ConfigSource
  package let type: ConfigType
  package let documentation: String
  /// Every place that sets it, the one in force first.
  package let synonyms: [Synonym]

  package struct Synonym: Hashable, Sendable {
    package let name: String
    package let value: String
    package let source: ConfigSource
  }
}

extension TopicConfiguration {
  /// Every config, by name, with where its value comes from.
  package var entries: [TopicConfigEntry] { TopicConfigDefinition.all.map(entry) }

  private func entry(_ definition: TopicConfigDefinition) -> TopicConfigEntry {
    let synonyms = synonyms(of: definition)
    let inherited = server.value(for: definition)?.text ?? definition.standard
    return TopicConfigEntry(
      name: definition.name, value: overrides[definition.name] ?? inherited,
      source: synonyms.first?.source ?? .standard, type: definition.type,
      documentation: definition.documentation, synonyms: synonyms)
  }

  private func synonyms(of definition: TopicConfigDefinition) -> [TopicConfigEntry.Synonym] {
    var found: [TopicConfigEntry.Synonym] = []
    if let value = overrides[definition.name] {
      found.append(.init(name: definition.name, value: value, source: .dynamicTopic))
    }
    for (source, values) in server.layers {
      for synonym in definition.synonyms {
        guard let value = values[synonym.name] else { continue }
        found.append(.init(name: synonym.name, value: value, source: source))
      }
    }
    for synonym in definition.synonyms {
      guard let value = synonym.standard else { continue }
      found.append(.init(name: synonym.name, value: value, source: .standard))
    }
    return found
  }
}
