package import VarveBase

/// Decides on changes of a node's topics: from the metadata as it is and a request, the records
/// that make the change, or why it cannot be made.
///
/// Pure: no disk, clock or randomness. Whoever asks appends the records to the metadata log and
/// only then applies them (``MetadataLog``). All records of a decision take effect or none.
package struct TopicCatalog: Sendable {
  package let image: MetadataImage
  package let node: MetadataNode
  /// What topics inherit.
  package let server: ServerDefaults

  /// The most partitions that one request may make, as in Kafka.
  package static let partitionsPerRequestMax: Int32 = 10_000

  package init(_ image: MetadataImage, node: MetadataNode, server: ServerDefaults = .none) {
    self.image = image
    self.node = node
    self.server = server
  }

  /// A topic's configuration. Values that were stored and are not understood do not count.
  package func configuration(of name: TopicName) -> TopicConfiguration {
    var faults: [ConfigError] = []
    return TopicConfiguration(
      stored: image.configs(ofTopic: name), server: server, faults: &faults)
  }

  /// - Throws: `.unknownTopicOrPartition`.
  package func topic(named name: TopicName) throws(CatalogError) -> TopicImage {
    if let topic = image.topic(named: name) { return topic }
    throw CatalogError(.unknownTopicOrPartition, "topic '\(name)' does not exist")
  }
}

/// The node that a data directory belongs to: a whole cluster.
package struct MetadataNode: Hashable, Sendable {
  package let brokerID: Int32
  /// The id of the directory with the partitions, `directory.id` of its `meta.properties`.
  package let directoryID: TopicID

  package init(brokerID: Int32, directoryID: TopicID) {
    self.brokerID = brokerID
    self.directoryID = directoryID
  }
}

/// Who asks for a change.
package enum ChangeOrigin: Sendable {
  case user
  /// The broker itself, which makes and keeps the internal topics.
  case broker
}

extension TopicName {
  /// Whether the topic belongs to the broker.
  package var isInternal: Bool { Self.internalNames.contains(description) }

  /// The metadata log, which is in no catalogue.
  package static let metadataLog = "__cluster_metadata"

  private static let internalNames: Set = [
    "__consumer_offsets", "__transaction_state", "__share_group_state",
    "__varve_trace", metadataLog,
  ]

  /// The name with '.' for '_': topics whose names differ in these alone cannot be told apart in
  /// metrics.
  var collisionKey: String { description.replacing(".", with: "_") }
}
