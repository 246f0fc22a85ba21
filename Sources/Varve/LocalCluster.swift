internal import Synchronization
package import VarveBase
package import VarveBroker
internal import VarveLog

/// The engine in this process.
///
/// Its calls block for at most the disk, also those that the protocol lets suspend.
package final class LocalCluster: Cluster {
  package let broker: Broker
  package let time: any TimeSource
  private let localGroups: LocalGroups
  /// The broker's: each send asks it, and one got from the broker would be counted each time.
  private let topicChanges: TopicChanges
  private let version = Atomic(0)

  package init(_ broker: Broker, time: any TimeSource) {
    self.broker = broker
    self.time = time
    let groups = LocalGroups(broker)
    localGroups = groups
    topicChanges = broker.topicChanges
    topicChanges.whenChanged { [weak groups] in groups?.topicsChanged() }
  }

  package var topicsVersion: Int {
    topicChanges.version + version.load(ordering: .acquiring)
  }

  /// Makes those who keep a topic's route ask again.
  func topicsChanged() {
    version.wrappingAdd(1, ordering: .acquiringAndReleasing)
    localGroups.topicsChanged()
  }

  package func groups() -> any GroupClient { localGroups }

  package func shares() -> any ShareEngine { LocalShares(broker: broker) }

  package func transactions() -> any TransactionClient {
    LocalTransactions(broker: broker, client: LocalGroups.client)
  }

  package func createTopic(
    _ name: String, partitions: Int32, config: [TopicConfig]
  ) throws(VarveError) -> TopicInfo {
    let values = try Self.values(of: config)
    return TopicInfo(
      try named { () throws(BrokerError) in
        try broker.createTopic(name, partitions: partitions, configs: values)
      })
  }

  package func deleteTopic(_ name: String) throws(VarveError) {
    let topic = try TopicName(named: name)
    try named { () throws(BrokerError) in try broker.deleteTopic(topic) }
  }

  package func growTopic(_ name: String, to partitions: Int32) throws(VarveError) {
    let topic = try TopicName(named: name)
    try named { () throws(BrokerError) in
      try broker.createPartitions(of: topic, count: partitions)
    }
  }

  package func alterTopic(
    _ name: String, set: [TopicConfig], reset: [String]
  ) throws(VarveError) {
    let topic = try TopicName(named: name)
    let changes =
      set.map { ConfigChange.set(name: $0.name, value: $0.value) }
      + reset.map { ConfigChange.delete(name: $0) }
    try named { () throws(BrokerError) in try broker.alterConfigs(of: topic, changes) }
  }

  package func topics() -> [TopicInfo] { broker.topics().map { TopicInfo($0) } }

  package func describeTopic(_ name: String) throws(VarveError) -> TopicDetails {
    let name = try TopicName(named: name)
    return try named { () throws(BrokerError) in
      let topic = try broker.topic(named: name)
      return TopicDetails(
        topic: TopicInfo(topic),
        config: topic.configuration.entries.map { ConfigEntry($0) },
        partitions: try broker.partitions(of: name).map { PartitionInfo($0) })
    }
  }

  package func route(to topic: String) throws(VarveError) -> TopicRoute {
    let name = try TopicName(named: topic)
    return try named { () throws(BrokerError) in
      let id = try broker.topic(named: name).id
      return TopicRoute(
        name: name, id: id,
        partitions: try broker.partitions(of: name).map { LocalPartition($0, of: self) })
    }
  }

  package func knownRoute(to topic: String) throws(VarveError) -> TopicRoute? {
    try route(to: topic)
  }

  package func deleteRecords(
    of partition: TopicPartition, before offset: Offset
  ) throws(VarveError) -> Offset {
    try named { () throws(BrokerError) in
      try broker.deleteRecords(of: partition, before: offset)
    }
  }

  package func close() throws(VarveError) {
    try named { () throws(BrokerError) in try broker.close() }
  }

  /// Two values for one config contradict each other.
  private static func values(of config: [TopicConfig]) throws(VarveError) -> [String: String] {
    var values: [String: String] = [:]
    for setting in config {
      guard values.updateValue(setting.value, forKey: setting.name) == nil else {
        throw VarveError(.invalidConfig, "config '\(setting.name)' is given twice")
      }
    }
    return values
  }

  private func named<Result>(
    _ body: () throws(BrokerError) -> Result
  ) throws(VarveError) -> Result {
    do { return try body() } catch { throw VarveError(error) }
  }
}

extension TopicInfo {
  init(_ topic: TopicDescription) {
    self.init(
      name: topic.name, id: topic.id, partitionCount: topic.partitionCount,
      config: topic.configuration.overrides.sorted { $0.key < $1.key }
        .map { TopicConfig($0.key, $0.value) })
  }
}

extension PartitionInfo {
  init(_ partition: Partition) {
    self.init(
      id: partition.id, startOffset: partition.log.startOffset,
      endOffset: partition.log.endOffset, sizeInBytes: Int64(partition.log.sizeInBytes))
  }
}

extension ConfigEntry {
  init(_ entry: TopicConfigEntry) {
    self.init(
      name: entry.name, value: entry.value, isDefault: entry.source == .standard,
      isOverridden: entry.source == .dynamicTopic, documentation: entry.documentation)
  }
}
