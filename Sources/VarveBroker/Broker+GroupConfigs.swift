internal import VarveBase
internal import VarveCoordination
internal import VarveProtocol

/// The configs of groups, which a group may have before it is there, and keeps when it is gone.
extension Broker {
  /// What holds for a group.
  package func groupConfiguration(of group: String) -> GroupConfiguration {
    GroupConfiguration(
      stored: metadata.image.configs[.group(group)] ?? [:], server: serverDefaults)
  }

  /// The groups that set configs themselves, in the order of their names.
  package var configuredGroups: [String] {
    let type = ConfigResourceType.group.rawValue
    return metadata.image.configs.keys.filter { $0.type == type }.map(\.name).sorted()
  }

  /// Changes a group's configs: all or none. They take effect at once and are kept.
  ///
  /// Throws `.catalog(.invalidConfig)` for a config that there is not, or a value that is not
  /// legal.
  package func alterGroupConfigs(
    of group: String, _ changes: [ConfigChange], onlyValidates: Bool
  ) throws(BrokerError) {
    try changing { () throws(BrokerError) in
      do {
        let old = GroupConfiguration(
          stored: metadata.image.configs[.group(group)] ?? [:], server: serverDefaults)
        let new = try old.applying(changes)
        if onlyValidates { return }
        let names = Set(old.overrides.keys).union(new.overrides.keys).sorted()
        let records = names.filter { old.overrides[$0] != new.overrides[$0] }.map {
          MetadataRecord.config(ConfigRecord(.group(group), name: $0, value: new.overrides[$0]))
        }
        try metadata.change { _, _ in records }
        coordination.groupConfigsChanged(in: self)
      } catch { throw BrokerError(any: error) }
    }
  }

  /// What groups say to their coordinators.
  var groupOverrides: [String: GroupOverrides] {
    Dictionary(
      uniqueKeysWithValues: configuredGroups.map { group in
        let configuration = groupConfiguration(of: group)
        var overrides = GroupOverrides()
        overrides.consumerSessionTimeout = configuration.consumerSessionTimeout
        overrides.consumerHeartbeatInterval = configuration.consumerHeartbeatInterval
        overrides.shareSessionTimeout = configuration.sessionTimeout
        overrides.shareHeartbeatInterval = configuration.heartbeatInterval
        return (group, overrides)
      })
  }
}
