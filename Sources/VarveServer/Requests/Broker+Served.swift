internal import VarveBase
internal import VarveBroker

extension Broker {
  /// A partition by a topic's name, for a client that believes in a leader epoch, or in none (-1).
  ///
  /// Throws UNKNOWN_TOPIC_OR_PARTITION, FENCED_LEADER_EPOCH where the client's is old, and
  /// UNKNOWN_LEADER_EPOCH where it knows more than we do (KIP-320).
  func served(
    _ topic: String, _ index: Int32, epoch: Int32 = -1
  ) throws(ErrorCode) -> Partition {
    guard let name = try? TopicName(topic) else { throw .unknownTopicOrPartition }
    return try served(TopicPartition(topic: name, partition: index), epoch: epoch)
  }

  /// The same, by a topic's id. Throws UNKNOWN_TOPIC_ID.
  func served(
    _ topic: TopicID, _ index: Int32, epoch: Int32 = -1
  ) throws(ErrorCode) -> Partition {
    guard let name = topicName(of: topic) else { throw .unknownTopicID }
    let partition = try served(TopicPartition(topic: name, partition: index), epoch: epoch)
    guard partition.topicID == topic else { throw .unknownTopicID }
    return partition
  }

  private func served(_ id: TopicPartition, epoch: Int32) throws(ErrorCode) -> Partition {
    let partition: Partition
    do throws(BrokerError) { partition = try self.partition(id) } catch { throw ErrorCode(error) }
    try check(epoch, of: id)
    return partition
  }

  private func check(_ epoch: Int32, of id: TopicPartition) throws(ErrorCode) {
    guard epoch >= 0 else { return }
    let current = leaderEpoch(of: id)
    if epoch < current { throw .fencedLeaderEpoch }
    if epoch > current { throw .unknownLeaderEpoch }
  }
}
