package import VarveBase
package import VarveProtocol

extension TopicCatalog {
  /// Changes a topic's configs, all of them or none.
  ///
  /// - Throws: `.unknownTopicOrPartition`; `.invalidConfig` naming the config, the value and what
  ///   would be legal.
  package func alterConfigs(
    of name: TopicName, _ changes: [ConfigChange]
  ) throws(CatalogError) -> [MetadataRecord] {
    _ = try topic(named: name)
    let before = configuration(of: name)
    do throws(ConfigError) {
      return difference(of: name, from: before, to: try before.applying(changes))
    } catch { throw CatalogError(error) }
  }

  /// Gives a topic these configs and no others.
  ///
  /// - Throws: As ``alterConfigs(of:_:)``.
  package func replaceConfigs(
    of name: TopicName, with configs: [String: String]
  ) throws(CatalogError) -> [MetadataRecord] {
    _ = try topic(named: name)
    do throws(ConfigError) {
      let after = try TopicConfiguration(configs, server: server)
      return difference(of: name, from: configuration(of: name), to: after)
    } catch { throw CatalogError(error) }
  }

  /// A record for each config that is not as it was.
  private func difference(
    of name: TopicName, from old: TopicConfiguration, to new: TopicConfiguration
  ) -> [MetadataRecord] {
    Set(old.overrides.keys).union(new.overrides.keys).sorted()
      .filter { old.overrides[$0] != new.overrides[$0] }
      .map { .config(ConfigRecord(.topic(name), name: $0, value: new.overrides[$0])) }
  }
}
