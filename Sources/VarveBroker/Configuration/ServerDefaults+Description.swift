/// A config of the server as DescribeConfigs shows it.
package struct ServerConfigEntry: Sendable {
  package let name: String
  /// Nil where nothing is set and there is no default.
  package let value: String?
  package let source: ConfigSource
  package let type: ConfigType
  package let documentation: String
  /// Whether a change takes effect in a server that runs.
  package let isDynamic: Bool
  /// Every place that has a value, the one in force first and the default last.
  package let places: [(value: String, source: ConfigSource)]
}

extension ServerDefaults {
  /// Every config that a server acts on, and others that were stored for it, by name.
  package var entries: [ServerConfigEntry] {
    var names = Set(ServerConfigDefinition.all.map(\.name))
    for (_, values) in layers { names.formUnion(values.keys) }
    return names.sorted().map(entry)
  }

  private func entry(_ name: String) -> ServerConfigEntry {
    let definition = ServerConfigDefinition.named(name)
    var places: [(value: String, source: ConfigSource)] = []
    for (source, values) in layers {
      if let value = values[name] { places.append((value, source)) }
    }
    if let standard = definition?.standard { places.append((standard, .standard)) }
    return ServerConfigEntry(
      name: name, value: places.first?.value, source: places.first?.source ?? .standard,
      type: definition?.type ?? .string, documentation: definition?.documentation ?? "",
      isDynamic: definition?.isDynamic ?? false,
      places: places)
  }
}
