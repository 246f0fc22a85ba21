package import VarveBase
package import VarveProtocol

/// All that a metadata log says, as of one of its offsets: topics, configs, brokers, users.
///
/// A value: replaying the same records gives an equal image, and `records()` says the same again
/// in as few records as it takes.
package struct MetadataImage: Equatable, Sendable {
  /// The levels of features by their names, `metadata.version` among them.
  package internal(set) var features: [String: Int16] = [:]
  package internal(set) var brokers: [Int32: RegisterBrokerRecord] = [:]
  package internal(set) var controllers: [Int32: RegisterControllerRecord] = [:]
  /// The first producer id that no broker has yet.
  package internal(set) var nextProducerID: Int64 = 0
  package internal(set) var configs: [ConfigResource: [String: String]] = [:]
  package internal(set) var credentials: [CredentialKey: UserScramCredentialRecord] = [:]
  package internal(set) var quotas: [QuotaEntity: [String: Double]] = [:]
  package internal(set) var accessRules: [TopicID: AccessControlEntryRecord] = [:]
  package internal(set) var delegationTokens: [String: DelegationTokenRecord] = [:]
  /// Kafka's number for how far a migration from ZooKeeper is; nil where there was none.
  package internal(set) var zooKeeperMigrationState: Int8?

  var topicsByID: [TopicID: TopicImage] = [:]
  private(set) var topicIDs: [TopicName: TopicID] = [:]
  /// Topics by their names with '.' for '_'; more than one where Kafka let them be.
  private var namesByCollisionKey: [String: Set<TopicName>] = [:]
  /// The broker that got the last block of producer ids; it is only kept.
  var producerIDsOwner = ProducerIdsRecord()

  package init() {}

  /// The level of `metadata.version`; the oldest where the log does not say.
  package var metadataVersion: MetadataVersion {
    features[MetadataVersion.featureName].map(MetadataVersion.init) ?? .oldest
  }

  /// All topics, by name.
  package var topics: [TopicImage] {
    topicIDs.sorted { $0.key < $1.key }.compactMap { topicsByID[$0.value] }
  }

  package var topicCount: Int { topicIDs.count }

  package func topic(named name: TopicName) -> TopicImage? {
    topicIDs[name].flatMap { topicsByID[$0] }
  }

  package func topic(id: TopicID) -> TopicImage? { topicsByID[id] }

  /// The configs that a topic sets itself.
  package func configs(ofTopic name: TopicName) -> [String: String] {
    configs[.topic(name)] ?? [:]
  }

  /// The server's configuration with what was altered for this broker, or for all, while it ran.
  ///
  /// - Throws: ``ConfigError`` for a value in `file`, or an altered one, that is not legal.
  package func serverDefaults(
    broker: Int32, file: ServerDefaults.Layer = [:]
  ) throws(ConfigError) -> ServerDefaults {
    try ServerDefaults(
      file: file, broker: configs[.broker(broker)] ?? [:], cluster: configs[.cluster] ?? [:])
  }

  /// A topic whose name differs from `name` in '.' and '_' alone.
  func topicName(collidingWith name: TopicName) -> TopicName? {
    namesByCollisionKey[name.collisionKey]?.first { $0 != name }
  }

  mutating func insert(_ topic: TopicImage) {
    topicsByID[topic.id] = topic
    topicIDs[topic.name] = topic.id
    namesByCollisionKey[topic.name.collisionKey, default: []].insert(topic.name)
  }

  mutating func remove(_ topic: TopicImage) {
    topicsByID[topic.id] = nil
    topicIDs[topic.name] = nil
    let key = topic.name.collisionKey
    namesByCollisionKey[key]?.remove(topic.name)
    if namesByCollisionKey[key]?.isEmpty == true { namesByCollisionKey[key] = nil }
    configs[.topic(topic.name)] = nil
  }
}

/// A topic and its partitions.
package struct TopicImage: Hashable, Sendable {
  package let name: TopicName
  package let id: TopicID
  /// By their numbers.
  package internal(set) var partitions: [Int32: PartitionRecord] = [:]

  package var partitionCount: Int32 { Int32(partitions.count) }
}

/// What has configs, as a key.
package struct ConfigResource: Hashable, Comparable, Sendable {
  /// Kafka's number, `ConfigResourceType` where it is one that we know.
  package let type: Int8
  package let name: String

  package init(type: Int8, name: String) {
    self.type = type
    self.name = name
  }

  package static func topic(_ name: TopicName) -> ConfigResource {
    ConfigResource(type: ConfigResourceType.topic.rawValue, name: name.description)
  }

  package static func broker(_ id: Int32) -> ConfigResource {
    ConfigResource(type: ConfigResourceType.broker.rawValue, name: String(id))
  }

  package static func group(_ name: String) -> ConfigResource {
    ConfigResource(type: ConfigResourceType.group.rawValue, name: name)
  }

  /// All brokers.
  package static let cluster = ConfigResource(
    type: ConfigResourceType.broker.rawValue, name: "")

  package static func < (left: ConfigResource, right: ConfigResource) -> Bool {
    (left.type, left.name) < (right.type, right.name)
  }
}

/// A user's credential for one SCRAM mechanism, as a key.
package struct CredentialKey: Hashable, Comparable, Sendable {
  package let user: String
  package let mechanism: Int8

  package init(user: String, mechanism: Int8) {
    self.user = user
    self.mechanism = mechanism
  }

  package static func < (left: CredentialKey, right: CredentialKey) -> Bool {
    (left.user, left.mechanism) < (right.user, right.mechanism)
  }
}

/// Whom a quota is of, its parts in the order of their types.
package struct QuotaEntity: Hashable, Sendable {
  package let parts: [ClientQuotaRecord.Part]

  package init(_ parts: [ClientQuotaRecord.Part]) {
    self.parts = parts.sorted { $0.type < $1.type }
  }
}
