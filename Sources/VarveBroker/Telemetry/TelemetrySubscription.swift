/// Which metrics some clients are to push, and how often: what a resource of client metrics says
/// (KIP-714).
package struct TelemetrySubscription: Equatable, Sendable {
  /// Stands for all metrics.
  package static let allMetrics = "*"
  private static let intervals: ClosedRange<Int32> = 100...3_600_000

  package let name: String
  /// Prefixes of names, or `allMetrics`.
  package let metrics: Set<String>
  package private(set) var intervalMilliseconds: Int32 = 300_000
  private let patterns: [TelemetrySelector: String]

  /// Takes the configs of a resource. Throws where one is not known, or its value is not legal.
  package init(_ name: String, _ configs: [String: String]) throws(ConfigError) {
    for (config, value) in configs {
      guard let known = TelemetryConfig(rawValue: config) else {
        throw ConfigError(
          .unknownName, name: config, value: value,
          reason: "client metrics have interval.ms, match and metrics")
      }
      guard ConfigValue(value, type: known.type) != nil else {
        throw Self.illegal(known, value, "it is not of its type")
      }
    }
    self.name = name
    metrics = Set(Self.elements(.metrics, configs))
    patterns = try Self.patterns(Self.elements(.match, configs))
    guard let text = configs[TelemetryConfig.interval.rawValue] else { return }
    guard case .int(let interval)? = ConfigValue(text, type: .int),
      Self.intervals.contains(interval)
    else { throw Self.illegal(.interval, text, "it must be 100 to 3600000") }
    intervalMilliseconds = interval
  }

  /// Whether a client is meant, which is asked what it is by each key.
  package func matches(_ client: (TelemetrySelector) -> String) -> Bool {
    patterns.allSatisfy { selector, pattern in
      // That it is a pattern was found out when it was taken.
      guard let regex = try? Regex(pattern) else { return false }
      return (try? regex.wholeMatch(in: client(selector))) != nil
    }
  }

  private static func elements(_ config: TelemetryConfig, _ configs: [String: String]) -> [String] {
    ConfigValue.elements(of: configs[config.rawValue] ?? "").filter { !$0.isEmpty }
  }

  private static func patterns(
    _ texts: [String]
  ) throws(ConfigError) -> [TelemetrySelector: String] {
    var patterns: [TelemetrySelector: String] = [:]
    for text in texts {
      let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        .map { ConfigValue.elements(of: String($0)).first ?? "" }
      guard parts.count == 2, let selector = TelemetrySelector(rawValue: parts[0]) else {
        let keys = TelemetrySelector.allCases.map(\.rawValue).joined(separator: ", ")
        throw illegal(.match, text, "it must be KEY=PATTERN, with a key of \(keys)")
      }
      do { _ = try Regex(parts[1]) } catch {
        throw illegal(.match, text, "'\(parts[1])' is no regular expression: \(error)")
      }
      patterns[selector] = parts[1]
    }
    return patterns
  }

  private static func illegal(
    _ config: TelemetryConfig, _ value: String, _ reason: String
  ) -> ConfigError {
    ConfigError(.invalidValue, name: config.rawValue, value: value, reason: reason)
  }
}
