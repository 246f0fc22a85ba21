internal import VarveBase
package import VarveProtocol

/// The records of a group, made from what they say.
extension ConsumerGroupState {
  func epochRecord(_ epoch: Int32?) -> GroupRecord {
    var key = ConsumerGroupMetadataKey()
    key.groupID = groupID
    return .consumerGroupMetadata(
      key,
      epoch.map {
        var value = ConsumerGroupMetadataValue()
        value.epoch = $0
        return value
      })
  }

  /// As Kafka 4.0 writes it; 4.1 and later read it still.
  func topicsRecord(_ topics: [String: KnownTopic]?) -> GroupRecord {
    var key = ConsumerGroupPartitionMetadataKey()
    key.groupID = groupID
    return .consumerGroupPartitionMetadata(
      key,
      topics.map { topics in
        var value = ConsumerGroupPartitionMetadataValue()
        value.topics = topics.sorted { $0.key < $1.key }.map { name, known in
          var topic = ConsumerGroupPartitionMetadataValue.Topic()
          topic.topicName = name
          topic.topicID = known.id
          topic.numPartitions = known.partitionCount
          return topic
        }
        return value
      })
  }

  func memberRecord(
    _ id: String, _ value: ConsumerGroupMemberMetadataValue?
  ) -> GroupRecord {
    var key = ConsumerGroupMemberMetadataKey()
    key.groupID = groupID
    key.memberID = id
    return .consumerGroupMemberMetadata(key, value)
  }

  func targetEpochRecord(_ epoch: Int32?) -> GroupRecord {
    var key = ConsumerGroupTargetAssignmentMetadataKey()
    key.groupID = groupID
    return .consumerGroupTargetAssignmentMetadata(
      key,
      epoch.map {
        var value = ConsumerGroupTargetAssignmentMetadataValue()
        value.assignmentEpoch = $0
        return value
      })
  }

  func targetRecord(_ id: String, _ partitions: PartitionsByTopic?) -> GroupRecord {
    var key = ConsumerGroupTargetAssignmentMemberKey()
    key.groupID = groupID
    key.memberID = id
    return .consumerGroupTargetAssignmentMember(
      key,
      partitions.map {
        var value = ConsumerGroupTargetAssignmentMemberValue()
        value.topicPartitions = $0.fields()
        return value
      })
  }

  func assignmentRecord(
    _ id: String, _ value: ConsumerGroupCurrentMemberAssignmentValue?
  ) -> GroupRecord {
    var key = ConsumerGroupCurrentMemberAssignmentKey()
    key.groupID = groupID
    key.memberID = id
    return .consumerGroupCurrentMemberAssignment(key, value)
  }

  func patternRecord(
    _ pattern: String, _ topics: [String]?, at now: Moment? = nil
  ) -> GroupRecord {
    var key = ConsumerGroupRegularExpressionKey()
    key.groupID = groupID
    key.regularExpression = pattern
    return .consumerGroupRegularExpression(
      key,
      topics.map {
        var value = ConsumerGroupRegularExpressionValue()
        value.topics = $0
        value.timestamp = now?.wallClock.rawValue ?? -1
        return value
      })
  }

  /// What forgets the group, when it is deleted or becomes a classic one.
  package func tombstones() -> [GroupRecord] {
    let ids = members.keys.sorted()
    return ids.map { assignmentRecord($0, nil) }
      + targets.keys.sorted().map { targetRecord($0, nil) }
      + [targetEpochRecord(nil)] + ids.map { memberRecord($0, nil) }
      + patterns.keys.sorted().map { patternRecord($0, nil) }
      + [topicsRecord(nil), epochRecord(nil)]
  }
}
