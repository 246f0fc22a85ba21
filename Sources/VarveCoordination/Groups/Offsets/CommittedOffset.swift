package import VarveBase
internal import VarveProtocol

/// How far a group has got in a partition, as it committed it.
package struct CommittedOffset: Equatable, Sendable {
  /// The next record that the group is to read.
  package var offset: Offset
  /// The leader epoch of the last record read, or -1.
  package var leaderEpoch: Int32
  /// What the client wrote beside it; empty for none.
  package var metadata: String
  package var commitTime: Timestamp
  /// When it may be forgotten, where the commit said so itself (OffsetCommit up to version 4).
  package var expireTime: Timestamp?
  /// The topic that it is of; zero in records written before Kafka 4.1.
  package var topicID: TopicID

  package init(
    _ offset: Offset, leaderEpoch: Int32 = -1, metadata: String = "", commitTime: Timestamp,
    expireTime: Timestamp? = nil, topicID: TopicID = .zero
  ) {
    self.offset = offset
    self.leaderEpoch = leaderEpoch
    self.metadata = metadata
    self.commitTime = commitTime
    self.expireTime = expireTime
    self.topicID = topicID
  }

  init(_ value: OffsetCommitValue) {
    self.init(
      value.offset, leaderEpoch: value.leaderEpoch, metadata: value.metadata,
      commitTime: Timestamp(value.commitTimestamp),
      expireTime: value.expireTimestamp == -1 ? nil : Timestamp(value.expireTimestamp),
      topicID: value.topicID)
  }

  var value: OffsetCommitValue {
    var value = OffsetCommitValue()
    value.offset = offset
    value.leaderEpoch = leaderEpoch
    value.metadata = metadata
    value.commitTimestamp = commitTime.rawValue
    value.expireTimestamp = expireTime?.rawValue ?? -1
    value.topicID = topicID
    return value
  }

  /// Whether it was committed for another topic than the one that has its name now: one that was
  /// deleted, and created again.
  func isOfAnother(than topic: TopicsImage.Topic?) -> Bool {
    guard let topic, topicID != .zero else { return false }
    return topic.id != topicID
  }
}
