package import VarveBase

/// What a share group keeps its state of: a partition of a topic, for the group.
package struct SharePartitionKey: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let group: String
  package let topicID: TopicID
  package let partition: Int32

  package init(group: String, topicID: TopicID, partition: Int32) {
    self.group = group
    self.topicID = topicID
    self.partition = partition
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.group, left.topicID.description, left.partition)
      < (right.group, right.topicID.description, right.partition)
  }

  /// As Kafka's share coordinators are looked up, which decides on the partition of
  /// `__share_group_state`.
  package var description: String { "\(group):\(topicID):\(partition)" }
}
