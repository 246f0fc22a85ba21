internal import Synchronization
package import VarveBase
internal import VarveLog
internal import VarveProtocol

/// What the broker knows by heart, for those who answer requests: nothing here waits for the disk.
extension Broker {
  /// The id of the cluster that this broker is.
  package var clusterID: String { directory.properties.clusterID }
  package var nodeID: Int32 { directory.properties.nodeID }

  /// The broker's clock.
  package var now: Timestamp { time.now }

  /// The levels that features run at, by name.
  package var features: [String: Int16] { metadata.image.features }

  /// A topic by its id, for as long as it exists.
  package func topicName(of id: TopicID) -> TopicName? { metadata.image.topic(id: id)?.name }

  /// What clients are told of topics, each at the same moment.
  package func topicSummaries() -> [TopicSummary] { metadata.image.topics.map(TopicSummary.init) }

  package func topicSummary(named name: TopicName) -> TopicSummary? {
    metadata.image.topic(named: name).map(TopicSummary.init)
  }

  /// The epoch of the metadata in which this broker began to lead the partition.
  package func leaderEpoch(of id: TopicPartition) -> Int32 {
    metadata.image.topic(named: id.topic)?.partitions[id.partition]?.leaderEpoch ?? 0
  }

  /// The offset after the last record of the metadata log, and the epoch of its leader, which this
  /// node always is.
  package var metadataEnd: (epoch: Int32, offset: Offset) {
    metadata.writer.withLock { ($0.state.lastEpoch, $0.state.nextOffset) }
  }

  /// A config of the server that is no topic's default, as text; nil where nobody set it.
  package func serverConfig(_ name: String) -> String? {
    state.withLock { $0.server.value(named: name) }
  }

  /// What topics inherit.
  package var serverDefaults: ServerDefaults { state.withLock { $0.server } }
}

extension Broker {
  /// Syncs that were asked of the file system since the start.
  package var syncCount: UInt64 {
    flusher.syncCount + (upkeepCounts.all[.sync]?.done ?? 0)
  }

  /// How often each step of upkeep was done, and failed, since the start.
  package var upkeep: [UpkeepStep: UpkeepCounts.Count] { upkeepCounts.all }

  /// The size of the volume, and what may still be written to it. Throws what the disk said.
  package func space() throws(FileError) -> VolumeSpace {
    try directory.fileSystem.space(at: directory.path)
  }

  /// Below this much free space a log may not be able to grow: the disk counts as full.
  package static let diskReserveBytes = 16 << 20
}

/// What clients are told of a topic.
package struct TopicSummary: Sendable {
  package let name: TopicName
  package let id: TopicID
  /// The leader epoch of each partition, by its number.
  package let leaderEpochs: [Int32]

  init(_ topic: TopicImage) {
    name = topic.name
    id = topic.id
    leaderEpochs = (0..<topic.partitionCount).map { topic.partitions[$0]?.leaderEpoch ?? 0 }
  }
}
