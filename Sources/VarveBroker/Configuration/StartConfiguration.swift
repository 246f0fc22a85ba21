/// What a server is started with: configs by Kafka's names, from the command line, the environment
/// and a file. A flag wins over the environment, and that over the file.
package struct StartConfiguration: Sendable {
  /// Where a value stood.
  package enum Origin: Hashable, Sendable, CustomStringConvertible {
    /// An option of the command line, `--listen` say.
    case flag(String)
    /// A variable of the environment.
    case variable(String)
    case file(String, line: Int)

    package var description: String {
      switch self {
      case .flag(let name): name
      case .variable(let name): "the environment's \(name)"
      case .file(let path, let line): "\(path), line \(line)"
      }
    }
  }

  package struct Entry: Hashable, Sendable {
    package let value: String
    package let origin: Origin
  }

  /// What the server acts on, by name.
  package private(set) var entries: [String: Entry] = [:]
  /// Configs of Kafka's that change nothing here: a line for each, with where it stood and why.
  package private(set) var remarks: [String] = []

  /// Puts the three together and judges each value that is in force.
  ///
  /// - Parameters:
  ///   - flags: Names and values with the option that they came by.
  ///   - environment: All of the environment; `VARVE_NUM_PARTITIONS` is `num.partitions`.
  ///   - file: What a file says.
  /// - Throws: ``ConfigError`` for a name that is no config's, one whose meaning could not be kept,
  ///   or a value that is not legal; its reason says where it stood.
  package init(
    flags: [(name: String, value: String, option: String)], environment: [String: String] = [:],
    file: ServerProperties? = nil
  ) throws(ConfigError) {
    for property in file?.properties ?? [] {
      try take(property.key, property.value, .file(property.file, line: property.line))
    }
    for (variable, value) in environment.sorted(by: { $0.key < $1.key }) {
      guard let name = Self.config(ofVariable: variable) else { continue }
      try take(name, value, .variable(variable))
    }
    for flag in flags { try take(flag.name, flag.value, .flag(flag.option)) }
  }

  private mutating func take(
    _ name: String, _ value: String, _ origin: Origin
  ) throws(ConfigError) {
    do throws(ConfigError) {
      switch try ServerConfigDefinition.judge(name, value) {
      case .used: entries[name] = Entry(value: value, origin: origin)
      case .ignored(let reason):
        remarks.append("\(name) changes nothing here: \(reason) (\(origin))")
      }
    } catch {
      throw ConfigError(
        error.code, name: error.name, value: error.value, reason: "\(error.reason) (\(origin))")
    }
  }

  /// The values in force, by name.
  package var values: [String: String] { entries.mapValues(\.value) }

  /// The value in force; nil where none was given.
  package subscript(name: String) -> String? { entries[name]?.value }
}

// MARK: - Environment

extension StartConfiguration {
  /// The variable that stands for a config: `VARVE_NUM_PARTITIONS`, and `VARVE_DRAIN_MS` for
  /// `varve.drain.ms`.
  package static func variable(ofConfig name: String) -> String {
    let stem = name.hasPrefix("varve.") ? name.dropFirst("varve.".count) : name[...]
    return "VARVE_" + String(stem.map { $0 == "." ? "_" : $0 }).uppercased()
  }

  /// The config that a variable stands for; nil for variables of others, such as those that
  /// Kubernetes sets for a service of the name `varve`.
  private static func config(ofVariable name: String) -> String? { configsByVariable[name] }

  private static let configsByVariable: [String: String] = {
    var configs = ["VARVE_AT": "log.dirs"]
    for definition in ServerConfigDefinition.all {
      configs[variable(ofConfig: definition.name)] = definition.name
    }
    return configs
  }()
}
