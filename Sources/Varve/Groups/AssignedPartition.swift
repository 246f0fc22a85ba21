package import VarveBase
internal import VarveProtocol

/// A partition as groups are told of it: by its topic's id, which a topic that is deleted and
/// created again does not keep.
package struct AssignedPartition: Hashable, Sendable {
  package let topicID: TopicID
  package let partition: Int32

  package init(topicID: TopicID, partition: Int32) {
    self.topicID = topicID
    self.partition = partition
  }
}

extension ConsumerGroupHeartbeatResponse.Assignment {
  var partitions: Set<AssignedPartition> {
    var partitions: Set<AssignedPartition> = []
    for topic in topicPartitions {
      for index in topic.partitions {
        partitions.insert(AssignedPartition(topicID: topic.topicID, partition: index))
      }
    }
    return partitions
  }
}

extension ConsumerGroupHeartbeatRequest {
  /// The partitions that a member says it has, in an order of their own: the same set is always the
  /// same message.
  static func topicPartitions(_ owned: Set<AssignedPartition>) -> [TopicPartition] {
    let byTopic = Dictionary(grouping: owned, by: \.topicID)
    return byTopic.sorted { $0.key.rawValue < $1.key.rawValue }.map { id, partitions in
      var topic = TopicPartition()
      topic.topicID = id
      topic.partitions = partitions.map(\.partition).sorted()
      return topic
    }
  }
}
