/// A topic's configs: what it sets itself, over what the server says, over the defaults.
///
/// A value of this type is valid throughout; reading a config cannot fail.
package struct TopicConfiguration: Hashable, Sendable {
  /// What the topic sets itself, as it was set.
  package let overrides: [String: String]
  /// What stands below.
  package let server: ServerDefaults
  /// The values in force, by name.
  private let values: [String: ConfigValue]

  /// Judges what a user wants a topic to have.
  ///
  /// - Throws: ``ConfigError`` for the first name that is no config's, value that is not legal, or
  ///   pair of values that do not go together.
  package init(
    _ overrides: [String: String] = [:], server: ServerDefaults = .none
  ) throws(ConfigError) {
    var faults: [ConfigError] = []
    self.init(overrides, server: server, faults: &faults)
    if let fault = faults.first { throw fault }
  }

  /// What a topic was stored with, by a newer version or another program maybe. What cannot be
  /// used is kept as an override, the default holds in its place, and `faults` says so.
  package init(
    stored overrides: [String: String], server: ServerDefaults = .none,
    faults: inout [ConfigError]
  ) {
    self.init(overrides, server: server, faults: &faults)
  }

  private init(
    _ overrides: [String: String], server: ServerDefaults, faults: inout [ConfigError]
  ) {
    self.overrides = overrides
    self.server = server
    var values: [String: ConfigValue] = [:]
    for definition in TopicConfigDefinition.all {
      let inherited = server.value(for: definition)?.text ?? definition.standard
      values[definition.name] =
        ConfigValue(inherited, type: definition.type) ?? definition.standardValue
    }
    for (name, text) in overrides.sorted(by: { $0.key < $1.key }) {
      do throws(ConfigError) {
        values[name] = try Self.definition(of: name, value: text).value(of: text)
      } catch {
        faults.append(error)
      }
    }
    self.values = values
    if let conflict = Self.conflict(in: self) { faults.append(conflict) }
  }

  static func definition(
    of name: String, value: String?
  ) throws(ConfigError) -> TopicConfigDefinition {
    if let definition = TopicConfigDefinition.named(name) { return definition }
    throw ConfigError(.unknownName, name: name, value: value, reason: "there is no such config")
  }

  private static func conflict(in configuration: TopicConfiguration) -> ConfigError? {
    let (shortest, longest) = (
      configuration.minCompactionLag, configuration.maxCompactionLag
    )
    guard shortest > longest else { return nil }
    return ConfigError(
      .conflict, name: "min.compaction.lag.ms", value: String(shortest),
      reason: "it must not be above max.compaction.lag.ms, which is \(longest)")
  }

  /// The value in force of a config that there is.
  package subscript(name name: String) -> ConfigValue {
    guard let value = values[name] else { preconditionFailure("there is no config \(name)") }
    return value
  }

  func long(_ name: String) -> Int64 {
    switch self[name: name] {
    case .long(let number): number
    case .int(let number): Int64(number)
    default: preconditionFailure("\(name) is not a whole number")
    }
  }

  /// `min.compaction.lag.ms`.
  var minCompactionLag: Int64 { long("min.compaction.lag.ms") }
  /// `max.compaction.lag.ms`.
  var maxCompactionLag: Int64 { long("max.compaction.lag.ms") }

  func bool(_ name: String) -> Bool { self[name: name] == .boolean(true) }

  func int(_ name: String) -> Int { Int(long(name)) }

  func string(_ name: String) -> String {
    guard case .string(let text) = self[name: name] else {
      preconditionFailure("\(name) is no text")
    }
    return text
  }

  func list(_ name: String) -> [String] {
    guard case .list(let elements) = self[name: name] else {
      preconditionFailure("\(name) is no list")
    }
    return elements
  }
}
