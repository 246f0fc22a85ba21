/// One change of configs (KIP-339).
package enum ConfigChange: Hashable, Sendable {
  case set(name: String, value: String)
  /// Back to the default, for a topic to what the server says.
  case delete(name: String)
  /// Adds elements to a list; those that it has already stay as they are.
  case append(name: String, value: String)
  /// Takes elements out of a list; those that it does not have are no error.
  case subtract(name: String, value: String)

  package var name: String {
    switch self {
    case .set(let name, _), .delete(let name), .append(let name, _), .subtract(let name, _): name
    }
  }

  /// Makes the change, of a config of this type that is `standard` where it is not set. Throws
  /// where only a list could be changed so.
  func apply(
    to configs: inout [String: String], type: ConfigType, standard: String?
  ) throws(ConfigError) {
    switch self {
    case .set(_, let value): configs[name] = value
    case .delete: configs[name] = nil
    case .append(_, let value), .subtract(_, let value):
      guard type == .list else {
        throw ConfigError(
          .invalidValue, name: name, value: value,
          reason: "only a list can be appended to or subtracted from")
      }
      let elements = ConfigValue.elements(of: value)
      let kept = ConfigValue.elements(of: configs[name] ?? standard ?? "")
        .filter { !elements.contains($0) }
      let isAppended = if case .append = self { true } else { false }
      configs[name] = (isAppended ? kept + elements : kept).joined(separator: ",")
    }
  }
}

extension TopicConfiguration {
  /// The configuration after all of some changes.
  ///
  /// - Throws: ``ConfigError`` where any of them is not possible: then none is made.
  package func applying(_ changes: [ConfigChange]) throws(ConfigError) -> TopicConfiguration {
    var changed = overrides
    var seen: Set<String> = []
    for change in changes {
      guard seen.insert(change.name).inserted else {
        throw ConfigError(
          .conflict, name: change.name, value: nil, reason: "it is changed twice at once")
      }
      switch change {
      case .set(let name, let value):
        changed[name] = value
      case .delete(let name):
        // A config that is not known any more can still be deleted.
        if overrides[name] == nil { _ = try Self.definition(of: name, value: nil) }
        changed[name] = nil
      case .append(let name, let value):
        let old = try listElements(of: name, changedBy: value)
        let new = ConfigValue.elements(of: value).filter { !old.contains($0) }
        changed[name] = (old + new).joined(separator: ",")
      case .subtract(let name, let value):
        let gone = ConfigValue.elements(of: value)
        let old = try listElements(of: name, changedBy: value)
        changed[name] = old.filter { !gone.contains($0) }.joined(separator: ",")
      }
    }
    return try validated(changed, touching: seen)
  }

  /// A configuration with other overrides. Those that were stored with a fault and are not touched
  /// do not stand in the way.
  private func validated(
    _ changed: [String: String], touching names: Set<String>
  ) throws(ConfigError) -> TopicConfiguration {
    var faults: [ConfigError] = []
    let configuration = TopicConfiguration(stored: changed, server: server, faults: &faults)
    if let fault = faults.first(where: { names.contains($0.name) || $0.code == .conflict }) {
      throw fault
    }
    return configuration
  }

  private func listElements(
    of name: String, changedBy value: String
  ) throws(ConfigError) -> [String] {
    let definition = try Self.definition(of: name, value: value)
    guard definition.type == .list else {
      throw ConfigError(
        .invalidValue, name: name, value: value,
        reason: "only a list can be appended to or subtracted from")
    }
    return list(name)
  }
}
