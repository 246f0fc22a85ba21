extension GroupConfiguration {
  /// The configuration after all of some changes.
  ///
  /// - Throws: ``ConfigError`` where any of them is not possible: then none is made.
  package func applying(_ changes: [ConfigChange]) throws(ConfigError) -> GroupConfiguration {
    var changed = overrides
    var seen: Set<String> = []
    for change in changes {
      guard seen.insert(change.name).inserted else {
        throw ConfigError(
          .conflict, name: change.name, value: nil, reason: "it is changed twice at once")
      }
      switch change {
      case .set(let name, let value): changed[name] = value
      case .delete(let name):
        // A config that is not known any more can still be deleted.
        if overrides[name] == nil { _ = try Self.definition(of: name, value: nil) }
        changed[name] = nil
      case .append(let name, let value), .subtract(let name, let value):
        throw ConfigError(
          .invalidValue, name: name, value: value,
          reason: "only a list can be appended to or subtracted from")
      }
    }
    return try GroupConfiguration(changed, server: server)
  }

  /// Every config, by name, with where its value comes from.
  package var entries: [TopicConfigEntry] {
    GroupConfigTable.all.map { definition in
      var places: [TopicConfigEntry.Synonym] = []
      if let value = overrides[definition.name] {
        places.append(.init(name: definition.name, value: value, source: .dynamicGroup))
      }
      for (source, values) in server.layers {
        for synonym in definition.synonyms {
          guard let value = values[synonym.name] else { continue }
          places.append(.init(name: synonym.name, value: value, source: source))
        }
      }
      for synonym in definition.synonyms {
        guard let value = synonym.standard else { continue }
        places.append(.init(name: synonym.name, value: value, source: .standard))
      }
      return TopicConfigEntry(
        name: definition.name, value: places.first?.value ?? definition.standard,
        source: places.first?.source ?? .standard, type: definition.type,
        documentation: definition.documentation, synonyms: places)
    }
  }
}
