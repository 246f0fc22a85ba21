/// A group's configs: what it sets itself, over what the server says, over the defaults.
///
/// A value of this type is valid throughout; reading a config cannot fail.
package struct GroupConfiguration: Hashable, Sendable {
  /// What the group sets itself, as it was set.
  package let overrides: [String: String]
  /// What stands below.
  package let server: ServerDefaults
  /// The values in force, by name.
  private let values: [String: ConfigValue]

  /// Judges what a user wants a group to have.
  ///
  /// - Throws: ``ConfigError`` for the first name that is no config's, value that is not legal or
  ///   not within the server's bounds, or pair of values that do not go together.
  package init(
    _ overrides: [String: String] = [:], server: ServerDefaults = .none
  ) throws(ConfigError) {
    for (name, text) in overrides.sorted(by: { $0.key < $1.key }) {
      let definition = try Self.definition(of: name, value: text)
      try Self.check(try definition.value(of: text), of: name, text, server)
    }
    for definition in GroupConfigTable.all where overrides[definition.name] == nil {
      let text = server.value(for: definition)?.text ?? definition.standard
      let name = definition.synonyms.first?.name ?? definition.name
      try Self.check(
        try definition.value(of: text, source: name), of: definition.name, text, server)
    }
    self.init(stored: overrides, server: server)
    guard sessionTimeout > heartbeatInterval else {
      throw ConfigError(
        .conflict, name: "share.session.timeout.ms", value: "\(sessionTimeout)",
        reason: "it must be above share.heartbeat.interval.ms, which is \(heartbeatInterval)")
    }
  }

  /// What a group was stored with, by a newer version, another program or under other bounds maybe.
  /// In the place of what cannot be used the server's value holds; what is out of bounds is taken
  /// to the nearest (KIP-1240).
  package init(stored overrides: [String: String], server: ServerDefaults = .none) {
    self.overrides = overrides
    self.server = server
    var values: [String: ConfigValue] = [:]
    for definition in GroupConfigTable.all {
      let inherited = server.value(for: definition)?.text ?? definition.standard
      let texts = [overrides[definition.name], inherited].compactMap { $0 }
      let usable = texts.lazy.compactMap { text -> ConfigValue? in
        guard let value = ConfigValue(text, type: definition.type),
          definition.constraint.allows(value)
        else { return nil }
        return Self.bounded(value, of: definition.name, server)
      }
      values[definition.name] = usable.first ?? definition.standardValue
    }
    self.values = values
  }

  static func definition(
    of name: String, value: String?
  ) throws(ConfigError) -> TopicConfigDefinition {
    if let definition = GroupConfigTable.named(name) { return definition }
    throw ConfigError(
      .unknownName, name: name, value: value, reason: "there is no such config of a group")
  }

  // MARK: Bounds

  private static func bounds(
    of name: String, _ server: ServerDefaults
  ) -> ClosedRange<Int32>? {
    guard let names = GroupConfigTable.bounds(of: name) else { return nil }
    let (least, most) = (bound(names.least, server), bound(names.most, server))
    return least...max(least, most)
  }

  private static func bound(_ name: String, _ server: ServerDefaults) -> Int32 {
    let text = server.value(named: name) ?? ServerConfigDefinition.named(name)?.standard
    guard let number = text.flatMap({ Int32($0) }) else {
      preconditionFailure("\(name) is not the bound of a group's config")
    }
    return number
  }

  private static func check(
    _ value: ConfigValue, of name: String, _ text: String, _ server: ServerDefaults
  ) throws(ConfigError) {
    guard case .int(let number) = value, let bounds = bounds(of: name, server),
      !bounds.contains(number), let names = GroupConfigTable.bounds(of: name)
    else { return }
    throw ConfigError(
      .invalidValue, name: name, value: text,
      reason: "it must be from \(bounds.lowerBound) (\(names.least)) to \(bounds.upperBound) "
        + "(\(names.most))")
  }

  private static func bounded(
    _ value: ConfigValue, of name: String, _ server: ServerDefaults
  ) -> ConfigValue {
    guard case .int(let number) = value, let bounds = bounds(of: name, server) else { return value }
    return .int(min(max(number, bounds.lowerBound), bounds.upperBound))
  }

  // MARK: Values

  /// The value in force of a config that there is.
  package subscript(name name: String) -> ConfigValue {
    guard let value = values[name] else { preconditionFailure("there is no config \(name)") }
    return value
  }

  private func int(_ name: String) -> Int32 {
    guard case .int(let number) = self[name: name] else {
      preconditionFailure("\(name) is not a whole number")
    }
    return number
  }

  /// `consumer.session.timeout.ms`
  package var consumerSessionTimeout: Int32 { int("consumer.session.timeout.ms") }
  /// `consumer.heartbeat.interval.ms`
  package var consumerHeartbeatInterval: Int32 { int("consumer.heartbeat.interval.ms") }
  /// `share.session.timeout.ms`
  package var sessionTimeout: Int32 { int("share.session.timeout.ms") }
  /// `share.heartbeat.interval.ms`
  package var heartbeatInterval: Int32 { int("share.heartbeat.interval.ms") }
  /// `share.record.lock.duration.ms`
  package var recordLockDuration: Int32 { int("share.record.lock.duration.ms") }
  /// `share.delivery.count.limit`
  package var deliveryCountLimit: Int32 { int("share.delivery.count.limit") }
  /// `share.partition.max.record.locks`
  package var partitionRecordLocksMax: Int32 { int("share.partition.max.record.locks") }
  /// `share.isolation.level`
  package var readsCommitted: Bool {
    self[name: "share.isolation.level"] == .string("read_committed")
  }
  /// `share.renew.acknowledge.enable`
  package var allowsRenewal: Bool { self[name: "share.renew.acknowledge.enable"] == .boolean(true) }

  /// `share.auto.offset.reset`
  package var offsetReset: ShareOffsetReset {
    guard case .string(let text) = self[name: "share.auto.offset.reset"],
      let reset = ShareOffsetReset(text)
    else { preconditionFailure("share.auto.offset.reset was judged when it was set") }
    return reset
  }
}
