internal import Synchronization
internal import VarveBase
internal import VarveLog
internal import VarveProtocol

/// Changes of the server's configs while it runs.
extension Broker {
  /// Takes what a server would be started with now. Returns the configs that are not as they were
  /// and take effect at the next start only, by name.
  ///
  /// Throws `.catalog(.invalidConfig)`, and then nothing has changed.
  package func reconfigure(_ configs: [String: String]) throws(BrokerError) -> [String] {
    try changing { () throws(BrokerError) in
      do {
        var later: [String] = []
        var file = serverDefaults.file
        for name in Set(configs.keys).union(file.keys).sorted() where configs[name] != file[name] {
          if let value = configs[name] { _ = try ServerConfigDefinition.judge(name, value) }
          if ServerConfigDefinition.named(name)?.isDynamic == true {
            file[name] = configs[name]
          } else {
            later.append(name)
          }
        }
        try take(
          try metadata.image.serverDefaults(broker: directory.properties.nodeID, file: file))
        return later
      } catch { throw BrokerError(any: error) }
    }
  }

  /// Changes configs of this broker, or of all brokers, which there is one of: all or none. They
  /// take effect at once and are kept.
  ///
  /// Throws `.catalog(.invalidConfig)` for a config that there is not, that is read at the start
  /// only, or a value that is not legal.
  package func alterServerConfigs(
    ofAll isForAll: Bool, _ changes: [ConfigChange], onlyValidates: Bool
  ) throws(BrokerError) {
    try changing { () throws(BrokerError) in
      do {
        let node = directory.properties.nodeID
        let resource = isForAll ? ConfigResource.cluster : .broker(node)
        let old = serverConfigs(ofAll: isForAll)
        let new = try Self.applying(changes, to: old)
        let server = try ServerDefaults(
          file: serverDefaults.file, broker: isForAll ? serverConfigs(ofAll: false) : new,
          cluster: isForAll ? new : serverConfigs(ofAll: true))
        if onlyValidates { return }
        let records = Set(old.keys).union(new.keys).sorted().filter { old[$0] != new[$0] }
          .map { MetadataRecord.config(ConfigRecord(resource, name: $0, value: new[$0])) }
        try metadata.change { _, _ in records }
        try take(server)
      } catch { throw BrokerError(any: error) }
    }
  }

  /// What was altered for this broker while it ran, or for all.
  package func serverConfigs(ofAll isForAll: Bool) -> [String: String] {
    let image = metadata.image
    return image.configs[isForAll ? .cluster : .broker(directory.properties.nodeID)] ?? [:]
  }

  private static func applying(
    _ changes: [ConfigChange], to old: [String: String]
  ) throws(ConfigError) -> [String: String] {
    var new = old
    for change in changes {
      let name = change.name
      guard let definition = ServerConfigDefinition.named(name) else {
        throw ConfigError(
          .unknownName, name: name, value: nil, reason: "there is no such config of a server")
      }
      guard definition.isDynamic else {
        throw ConfigError(
          .conflict, name: name, value: nil, reason: "it is read when the server starts")
      }
      try change.apply(to: &new, type: definition.type, standard: definition.standard)
      if let value = new[name] { try definition.check(value) }
    }
    return new
  }

  /// Lets topics inherit from other values.
  private func take(_ server: ServerDefaults) throws(BrokerError) {
    let old = serverDefaults
    state.withLock { $0.server = server }
    let level = "varve.log.level"
    if let name = server.value(named: level) ?? ServerConfigDefinition.named(level)?.standard,
      server.value(named: level) != old.value(named: level), let known = LogLevel(rawValue: name)
    {
      options.logger.threshold.level = known
    }
    for topic in metadata.image.topics {
      let configuration = configuration(of: topic.name).logConfiguration
      for partition in try partitions(of: topic.name) { partition.log.reconfigure(configuration) }
    }
  }
}
