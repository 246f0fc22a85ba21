internal import VarveBase
internal import VarveClient
internal import VarveProtocol

/// What a cluster last said of its brokers, and who leads which partition.
struct RemoteMetadata {
  private(set) var brokers: [Int32: BrokerAddress] = [:]
  private var topics: [TopicName: Topic] = [:]

  struct Topic {
    let id: TopicID
    /// The leaders, by partition; -1 where there is none at the moment.
    let leaders: [Int32]
  }

  /// Takes over an answer. Topics that were not asked for stay as they were.
  mutating func take(_ response: MetadataResponse) {
    brokers = [:]
    for broker in response.brokers {
      guard let port = UInt16(exactly: broker.port), !broker.host.isEmpty else { continue }
      brokers[broker.nodeID] = BrokerAddress(host: broker.host, port: port)
    }
    for topic in response.topics {
      guard let text = topic.name, let name = try? TopicName(text) else { continue }
      if topic.errorCode == .unknownTopicOrPartition {
        topics[name] = nil
      } else if let known = Topic(topic) {
        topics[name] = known
      }
    }
  }

  subscript(_ topic: TopicName) -> Topic? { topics[topic] }

  mutating func forget(_ topic: TopicName) { topics[topic] = nil }

  /// Where the leader of a partition listens; nil where it is not known.
  func leader(of partition: TopicPartition) -> BrokerAddress? {
    guard let leaders = topics[partition.topic]?.leaders,
      leaders.indices.contains(Int(partition.partition))
    else { return nil }
    return brokers[leaders[Int(partition.partition)]]
  }
}

extension RemoteMetadata.Topic {
  /// Nil for a topic that there is not, or whose partitions are not numbered from 0.
  fileprivate init?(_ topic: MetadataResponse.Topic) {
    guard topic.errorCode == .none else { return nil }
    let partitions = topic.partitions.sorted { $0.partitionIndex < $1.partitionIndex }
    guard !partitions.isEmpty,
      partitions.enumerated().allSatisfy({ $0.offset == Int($0.element.partitionIndex) })
    else { return nil }
    self.init(id: topic.topicID, leaders: partitions.map(\.leaderID))
  }
}
