internal import Synchronization
package import VarveBase
internal import VarveLog
internal import VarveProtocol

/// A topic as it is.
package struct TopicDescription: Sendable {
  package let name: TopicName
  package let id: TopicID
  package let partitionCount: Int32
  package let configuration: TopicConfiguration
}

extension Broker {
  /// All topics, by name.
  package func topics() -> [TopicDescription] { metadata.image.topics.map(describe) }

  func exists(_ name: TopicName) -> Bool { metadata.image.topic(named: name) != nil }

  /// Throws `.unknownTopicOrPartition`.
  package func topic(named name: TopicName) throws(BrokerError) -> TopicDescription {
    do { return try describe(catalog.topic(named: name)) } catch { throw BrokerError(error) }
  }

  /// Creates a topic with its partitions. Throws what `TopicCatalog.createTopic` does, or what the
  /// disk said; then there is no such topic.
  package func createTopic(
    _ name: String, partitions: Int32 = 1, configs: [String: String] = [:],
    origin: ChangeOrigin = .user
  ) throws(BrokerError) -> TopicDescription {
    try changing { () throws(BrokerError) in
      var generator = SystemRandomNumberGenerator()
      let new = TopicCatalog.NewTopic(
        name, partitions: partitions, configs: configs, id: TopicID(using: &generator))
      let records = try catalogued { catalog throws(CatalogError) in
        try catalog.createTopic(new, origin: origin)
      }
      let topic = try named(name)
      try create(0..<partitions, of: topic, id: new.id, configs: configs, records)
      return try self.topic(named: topic)
    }
  }

  /// Says what a topic's configuration would be, and creates nothing. Throws what `createTopic`
  /// does, but for the disk.
  package func checkTopic(
    _ name: String, partitions: Int32, configs: [String: String]
  ) throws(BrokerError) -> TopicConfiguration {
    var generator = SystemRandomNumberGenerator()
    let new = TopicCatalog.NewTopic(
      name, partitions: partitions, configs: configs, id: TopicID(using: &generator))
    _ = try catalogued { catalog throws(CatalogError) in try catalog.createTopic(new) }
    do throws(ConfigError) {
      return try TopicConfiguration(configs, server: serverDefaults)
    } catch { throw BrokerError(any: error) }
  }

  /// Gives a topic more partitions, `count` in all. Keys go to other partitions from then on.
  package func createPartitions(of name: TopicName, count: Int32) throws(BrokerError) {
    try changing { () throws(BrokerError) in
      let records = try catalogued { catalog throws(CatalogError) in
        try catalog.createPartitions(of: name, count: count)
      }
      let topic = try topic(named: name)
      try create(
        topic.partitionCount..<count, of: name, id: topic.id,
        configs: topic.configuration.overrides, records)
    }
  }

  /// Says whether a topic could get more partitions, `count` in all, and creates none.
  package func checkPartitions(of name: TopicName, count: Int32) throws(BrokerError) {
    _ = try catalogued { catalog throws(CatalogError) in
      try catalog.createPartitions(of: name, count: count)
    }
  }

  /// Changes a topic's configs, all or none; they take effect at once.
  package func alterConfigs(
    of name: TopicName, _ changes: [ConfigChange]
  ) throws(BrokerError) {
    try changing { () throws(BrokerError) in
      let records = try catalogued { catalog throws(CatalogError) in
        try catalog.alterConfigs(of: name, changes)
      }
      try commit(records)
      let configuration = configuration(of: name).logConfiguration
      for partition in try partitions(of: name) { partition.log.reconfigure(configuration) }
    }
  }

  /// Says whether a topic's configs could be changed so, and changes none.
  package func checkConfigs(
    of name: TopicName, _ changes: [ConfigChange]
  ) throws(BrokerError) {
    _ = try catalogued { catalog throws(CatalogError) in
      try catalog.alterConfigs(of: name, changes)
    }
  }

  func configuration(of name: TopicName) -> TopicConfiguration {
    catalog.configuration(of: name)
  }
}

extension Broker {
  private var catalog: TopicCatalog { catalog(of: metadata.image) }

  func catalog(of image: MetadataImage) -> TopicCatalog {
    TopicCatalog(image, node: directory.node, server: state.withLock { $0.server })
  }

  private func describe(_ topic: TopicImage) -> TopicDescription {
    TopicDescription(
      name: topic.name, id: topic.id, partitionCount: topic.partitionCount,
      configuration: configuration(of: topic.name))
  }

  private func named(_ name: String) throws(BrokerError) -> TopicName {
    do { return try TopicName(name) } catch {
      throw BrokerError(.catalog(.invalidTopic), error.description)
    }
  }

  /// One change of the catalogue at a time.
  func changing<Result>(
    _ body: () throws(BrokerError) -> Result
  ) throws(BrokerError) -> Result {
    try catalogChange.withLock { _ throws(BrokerError) in
      try state.withLock { state throws(BrokerError) in try state.checkOpen(directory.path) }
      defer {
        coordination.topicsChanged(in: self)
        topicChanges.announce()
      }
      return try body()
    }
  }

  func catalogued(
    _ decide: (TopicCatalog) throws(CatalogError) -> [MetadataRecord]
  ) throws(BrokerError) -> [MetadataRecord] {
    do { return try decide(catalog) } catch { throw BrokerError(error) }
  }

  func commit(_ records: [MetadataRecord]) throws(BrokerError) {
    do throws(CatalogError) {
      try metadata.change { _, _ in records }
    } catch { throw BrokerError(error) }
  }

  /// Makes the directories first and says so in the metadata last: what a crash or a full disk
  /// leaves is a directory that no topic names, which the next start puts aside. So are those that
  /// a deletion could not remove; what checkpoints say of them is taken out first.
  private func create(
    _ indexes: Range<Int32>, of name: TopicName, id: TopicID, configs: [String: String],
    _ records: [MetadataRecord]
  ) throws(BrokerError) {
    if areCheckpointsOutdated { try renewCheckpoints() }
    var made: [Partition] = []
    do {
      let server = state.withLock { $0.server }
      let configuration = try TopicConfiguration(configs, server: server).logConfiguration
      for index in indexes {
        let partition = TopicPartition(topic: name, partition: index)
        try putAsideStray(partition, metadata.image)
        let (log, _) = try loader(of: partition, id, configuration).load()
        made.append(Partition(partition, topicID: id, log: log, flusher: flusher))
      }
      try writeIdentity(made.map(\.id), id)
      try commit(records)
    } catch {
      // Why it failed is what counts: a directory that can't be removed either is a stray.
      for partition in made { try? discard(partition) }
      throw BrokerError(any: error)
    }
    state.withLock { state in
      for partition in made { state.partitions[partition.id] = partition }
    }
  }

  /// Notes in new partitions' directories which topic they belong to, all synced at once.
  private func writeIdentity(_ partitions: [TopicPartition], _ id: TopicID) throws(LogError) {
    let contents = PartitionMetadata(topicID: id).encode()
    do {
      var written = 0
      for partition in partitions {
        let path = "\(directory.path(of: partition))/\(PartitionMetadata.fileName)"
        guard try directory.fileSystem.kind(of: path) == nil else { continue }
        let file = try directory.fileSystem.open(path, .create)
        try file.write(ByteSlice(contents).bytes, at: 0)
        written += 1
      }
      if written > 0 { try directory.fileSystem.syncAll(below: directory.path) }
    } catch { throw LogError(error) }
  }
}
