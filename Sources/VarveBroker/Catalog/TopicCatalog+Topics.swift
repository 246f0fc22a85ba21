package import VarveBase
package import VarveProtocol

extension TopicCatalog {
  /// A topic that is to be.
  package struct NewTopic: Sendable {
    package var name: String
    package var partitions: Int32
    package var configs: [String: String]
    /// A new one, from ``TopicID/init(using:)``.
    package var id: TopicID

    package init(
      _ name: String, partitions: Int32, configs: [String: String] = [:], id: TopicID
    ) {
      self.name = name
      self.partitions = partitions
      self.configs = configs
      self.id = id
    }
  }

  /// - Throws: `.invalidTopic` for a name that is not legal, is reserved, or differs from an
  ///   existing one in '.' and '_' alone; `.topicAlreadyExists`; `.invalidPartitions`;
  ///   `.policyViolation` for too many partitions; `.invalidConfig`.
  package func createTopic(
    _ new: NewTopic, origin: ChangeOrigin = .user
  ) throws(CatalogError) -> [MetadataRecord] {
    let name = try legalName(new.name, origin: origin)
    try checkPartitions(new.partitions)
    let configs: TopicConfiguration
    do throws(ConfigError) {
      configs = try TopicConfiguration(new.configs, server: server)
    } catch { throw CatalogError(error) }
    precondition(image.topic(id: new.id) == nil, "a new topic has a new id")
    var topic = TopicRecord()
    topic.name = new.name
    topic.topicID = new.id
    return [.topic(topic)]
      + configs.overrides.sorted { $0.key < $1.key }.map { key, value in
        .config(ConfigRecord(.topic(name), name: key, value: value))
      }
      + partitions(0..<new.partitions, of: new.id)
  }

  /// - Throws: `.unknownTopicOrPartition`; `.invalidRequest` for an internal topic.
  package func deleteTopic(
    named name: TopicName, origin: ChangeOrigin = .user
  ) throws(CatalogError) -> [MetadataRecord] {
    try delete(topic(named: name), origin: origin)
  }

  /// - Throws: `.unknownTopicID`; `.invalidRequest` for an internal topic.
  package func deleteTopic(
    id: TopicID, origin: ChangeOrigin = .user
  ) throws(CatalogError) -> [MetadataRecord] {
    guard let topic = image.topic(id: id) else {
      throw CatalogError(.unknownTopicID, "there is no topic with the id \(id)")
    }
    return try delete(topic, origin: origin)
  }

  /// Gives a topic more partitions; `count` is what it has afterwards.
  ///
  /// - Throws: `.unknownTopicOrPartition`; `.invalidPartitions` where that is not more;
  ///   `.policyViolation` for too many; `.invalidRequest` for an internal topic, whose records are
  ///   where they are because of the number of its partitions.
  package func createPartitions(
    of name: TopicName, count: Int32, origin: ChangeOrigin = .user
  ) throws(CatalogError) -> [MetadataRecord] {
    let topic = try topic(named: name)
    try checkOrigin(origin, name, "given more partitions")
    let old = topic.partitionCount
    guard count > old else {
      let reason =
        count == old
        ? "topic '\(name)' already has \(old) partition(s)"
        : "topic '\(name)' has \(old) partition(s); \(count) would not be more"
      throw CatalogError(.invalidPartitions, reason)
    }
    try checkPartitions(count - old)
    return partitions(old..<count, of: topic.id)
  }

  private func delete(
    _ topic: TopicImage, origin: ChangeOrigin
  ) throws(CatalogError) -> [MetadataRecord] {
    try checkOrigin(origin, topic.name, "deleted")
    var removal = RemoveTopicRecord()
    removal.topicID = topic.id
    return [.removeTopic(removal)]
  }

  private func legalName(
    _ text: String, origin: ChangeOrigin
  ) throws(CatalogError) -> TopicName {
    let name: TopicName
    do {
      name = try TopicName(text)
    } catch { throw CatalogError(.invalidTopic, error.description) }
    if image.topic(named: name) != nil {
      throw CatalogError(.topicAlreadyExists, "topic '\(name)' already exists")
    }
    if text == TopicName.metadataLog || name.isInternal && origin == .user {
      throw CatalogError(.invalidTopic, "the name '\(name)' is the broker's own")
    }
    if let other = image.topicName(collidingWith: name) {
      throw CatalogError(
        .invalidTopic,
        "topic '\(name)' collides with the existing topic '\(other)': they differ in '.' and '_' "
          + "alone")
    }
    return name
  }

  private func checkOrigin(
    _ origin: ChangeOrigin, _ name: TopicName, _ change: String
  ) throws(CatalogError) {
    guard origin == .broker || !name.isInternal else {
      throw CatalogError(.invalidRequest, "the internal topic '\(name)' cannot be \(change)")
    }
  }

  private func checkPartitions(_ count: Int32) throws(CatalogError) {
    guard count > 0 else {
      throw CatalogError(.invalidPartitions, "\(count) partitions: there must be one at least")
    }
    guard count <= Self.partitionsPerRequestMax else {
      throw CatalogError(
        .policyViolation,
        "\(count) partitions in one request; at most \(Self.partitionsPerRequestMax) are allowed")
    }
    let others = image.topics.reduce(0) { $0 + Int($1.partitionCount) }
    guard others + Int(count) <= Limits.partitionsMax else {
      throw CatalogError(
        .policyViolation,
        "\(count) more than the \(others) partitions there are: a data directory may have "
          + "\(Limits.partitionsMax) at most, for which the system maps files")
    }
  }

  /// New partitions, which this node alone has and leads.
  private func partitions(_ numbers: Range<Int32>, of topic: TopicID) -> [MetadataRecord] {
    numbers.map { number in
      var record = PartitionRecord()
      record.partitionID = number
      record.topicID = topic
      record.replicas = [node.brokerID]
      record.inSyncReplicas = [node.brokerID]
      record.leader = node.brokerID
      record.leaderEpoch = 0
      record.partitionEpoch = 0
      record.directories = [node.directoryID]
      return .partition(record)
    }
  }
}
