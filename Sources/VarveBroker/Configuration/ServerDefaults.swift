/// What the server's configuration says where topics say nothing.
package struct ServerDefaults: Hashable, Sendable {
  /// One layer of the server's configuration, values by their names.
  package typealias Layer = [String: String]

  /// The layers that hold any, the strongest first.
  let layers: [(source: ConfigSource, values: Layer)]

  package static let none = ServerDefaults(unchecked: [:], [:], [:])

  /// The layers of a server's configuration; configs that are no topic's default are left alone.
  ///
  /// - Parameters:
  ///   - file: What the server was started with.
  ///   - broker: What was altered for this broker while it ran.
  ///   - cluster: What was altered for all brokers while they ran.
  /// - Throws: ``ConfigError`` for a value that the topic config could not have.
  package init(
    file: Layer = [:], broker: Layer = [:], cluster: Layer = [:]
  ) throws(ConfigError) {
    self.init(unchecked: file, broker, cluster)
    for definition in TopicConfigDefinition.all {
      for synonym in definition.synonyms {
        for (_, values) in layers {
          guard let text = values[synonym.name] else { continue }
          _ = try definition.value(of: synonym.scaled(text), source: synonym.name)
        }
      }
    }
  }

  /// What the server was started with.
  var file: Layer { layers[2].values }

  private init(unchecked file: Layer, _ broker: Layer, _ cluster: Layer) {
    layers = [
      (.dynamicBroker, broker), (.dynamicDefaultBroker, cluster), (.staticBroker, file),
    ]
  }

  /// The topic's value that the server's configuration stands for: that of the first synonym which
  /// is set, in the strongest layer that sets it.
  func value(for definition: TopicConfigDefinition) -> (text: String, source: ConfigSource)? {
    for synonym in definition.synonyms {
      for (source, values) in layers {
        if let text = values[synonym.name] { return (synonym.scaled(text), source) }
      }
    }
    return nil
  }

  /// A config that is no topic's default, in the strongest layer that sets it.
  package func value(named name: String) -> String? {
    layers.lazy.compactMap { $0.values[name] }.first
  }

  /// The same, as a number that is not judged again: `standard` where it is not set.
  package func number(_ name: String, or standard: Int64) -> Int64 {
    value(named: name).flatMap { Int64($0) } ?? standard
  }

  /// The same, as a number. Throws where it is none, or outside of `range`.
  func integer(
    _ name: String, in range: ClosedRange<Int64>
  ) throws(ConfigError) -> Int64? {
    guard let text = value(named: name) else { return nil }
    guard let number = Int64(text), range.contains(number) else {
      throw ConfigError(
        .invalidValue, name: name, value: text,
        reason: "it is a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  package static func == (left: ServerDefaults, right: ServerDefaults) -> Bool {
    left.layers.map(\.values) == right.layers.map(\.values)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(layers.map(\.values)) }
}

/// Where a config's value comes from, as DescribeConfigs numbers it.
package enum ConfigSource: Int8, Sendable {
  case dynamicTopic = 1
  case dynamicBroker = 2
  case dynamicDefaultBroker = 3
  case staticBroker = 4
  case standard = 5
  /// Of a resource of client metrics.
  case clientMetrics = 7
  case dynamicGroup = 8
}
