/// A topic.
public struct TopicInfo: Hashable, Sendable {
  public let name: TopicName
  /// Another one for a topic that was deleted and created again.
  public let id: TopicID
  public let partitionCount: Int32
  /// The configs that the topic sets itself, by name.
  public let config: [TopicConfig]

  package init(name: TopicName, id: TopicID, partitionCount: Int32, config: [TopicConfig]) {
    self.name = name
    self.id = id
    self.partitionCount = partitionCount
    self.config = config
  }

  /// The topic's partitions, by number.
  public var partitions: [TopicPartition] {
    (0..<partitionCount).map { TopicPartition(topic: name, partition: $0) }
  }
}

/// A topic with all that can be said of it.
public struct TopicDetails: Sendable {
  public let topic: TopicInfo
  /// Every config there is, by name, whoever set it.
  public let config: [ConfigEntry]
  /// By number.
  public let partitions: [PartitionInfo]

  package init(topic: TopicInfo, config: [ConfigEntry], partitions: [PartitionInfo]) {
    self.topic = topic
    self.config = config
    self.partitions = partitions
  }

  /// The value in force of a config; nil where there is no such config.
  public func value(of name: String) -> String? { config.first { $0.name == name }?.value }
}

/// A config in force.
public struct ConfigEntry: Hashable, Sendable {
  public let name: String
  public let value: String
  /// Whether nobody set it: neither the topic nor the log's options.
  public let isDefault: Bool
  /// Whether the topic sets it itself.
  public let isOverridden: Bool
  public let documentation: String

  package init(
    name: String, value: String, isDefault: Bool, isOverridden: Bool, documentation: String
  ) {
    self.name = name
    self.value = value
    self.isDefault = isDefault
    self.isOverridden = isOverridden
    self.documentation = documentation
  }
}

/// What a partition holds.
public struct PartitionInfo: Hashable, Sendable {
  public let id: TopicPartition
  /// The first offset that can be read.
  public let startOffset: Offset
  /// The offset that the next record gets.
  public let endOffset: Offset
  /// The bytes of its records on the disk.
  public let sizeInBytes: Int64

  package init(id: TopicPartition, startOffset: Offset, endOffset: Offset, sizeInBytes: Int64) {
    self.id = id
    self.startOffset = startOffset
    self.endOffset = endOffset
    self.sizeInBytes = sizeInBytes
  }
}
