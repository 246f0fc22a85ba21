internal import VarveCoordination

extension GroupSettings {
  /// Kafka's defaults, but for what the server's configuration says.
  init(_ server: ServerDefaults) throws(ConfigError) {
    self.init()
    try take("group.consumer.session.timeout.ms", \.consumerSessionTimeout, server)
    try take("group.consumer.heartbeat.interval.ms", \.consumerHeartbeatInterval, server)
    try take("group.consumer.max.size", \.consumerMaxSize, server)
    try take("group.share.session.timeout.ms", \.shareSessionTimeout, server)
    try take("group.share.heartbeat.interval.ms", \.shareHeartbeatInterval, server)
    try take("group.share.max.size", \.shareMaxSize, server)
    try take("group.initial.rebalance.delay.ms", \.classicInitialRebalanceDelay, server, from: 0)
    try take("group.max.size", \.classicMaxSize, server)
    try take("offset.metadata.max.bytes", \.offsetMetadataMaxBytes, server)
    try take("offsets.retention.check.interval.ms", \.offsetsRetentionCheckInterval, server)
    try takeAssignors(server)
    try takeMigrationPolicy(server)
    var minutes = Int32(offsetsRetention / 60_000)
    if let value = try server.integer("offsets.retention.minutes", in: 1...Int64(Int32.max)) {
      minutes = Int32(value)
    }
    offsetsRetention = Int64(minutes) * 60_000
    var timeouts = (classicSessionTimeouts.lowerBound, classicSessionTimeouts.upperBound)
    if let value = try server.integer("group.min.session.timeout.ms", in: 1...Int64(Int32.max)) {
      timeouts.0 = Int32(value)
    }
    if let value = try server.integer("group.max.session.timeout.ms", in: 1...Int64(Int32.max)) {
      timeouts.1 = Int32(value)
    }
    guard timeouts.0 <= timeouts.1 else {
      throw ConfigError(
        .conflict, name: "group.min.session.timeout.ms", value: "\(timeouts.0)",
        reason: "it is more than group.max.session.timeout.ms, \(timeouts.1)")
    }
    classicSessionTimeouts = timeouts.0...timeouts.1
  }

  /// The first is the default; members may ask for the others.
  private mutating func takeAssignors(_ server: ServerDefaults) throws(ConfigError) {
    let config = "group.consumer.assignors"
    guard let text = server.value(named: config) else { return }
    let names = text.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
    let known = Assignors.all.map(\.name)
    guard !names.isEmpty, Set(names).count == names.count, Set(names).isSubset(of: known) else {
      throw ConfigError(
        .invalidValue, name: config, value: text,
        reason: "it is a list of assignors, the default first, of \(known.joined(separator: ", "))")
    }
    consumerAssignors = names
  }

  private mutating func takeMigrationPolicy(_ server: ServerDefaults) throws(ConfigError) {
    let config = "group.consumer.migration.policy"
    guard let text = server.value(named: config) else { return }
    guard let policy = GroupMigrationPolicy(rawValue: text.lowercased()) else {
      let known = GroupMigrationPolicy.allCases.map(\.rawValue).joined(separator: ", ")
      throw ConfigError(.invalidValue, name: config, value: text, reason: "it is one of \(known)")
    }
    migrationPolicy = policy
  }

  private mutating func take<Number: FixedWidthInteger>(
    _ name: String, _ path: WritableKeyPath<GroupSettings, Number>, _ server: ServerDefaults,
    from least: Int64 = 1
  ) throws(ConfigError) {
    guard let value = try server.integer(name, in: least...Int64(Int32.max)) else { return }
    self[keyPath: path] = Number(value)
  }
}
