package import VarveProtocol

/// The records of a group, made from what they say.
extension ShareGroupState {
  func epochRecord(_ epoch: Int32, topicsHash: Int64) -> GroupRecord {
    var value = ShareGroupMetadataValue()
    value.epoch = epoch
    value.metadataHash = topicsHash
    return .shareGroupMetadata(groupKey, value)
  }

  func memberRecord(_ id: String, _ value: ShareGroupMemberMetadataValue?) -> GroupRecord {
    var key = ShareGroupMemberMetadataKey()
    key.groupID = groupID
    key.memberID = id
    return .shareGroupMemberMetadata(key, value)
  }

  func targetEpochRecord(_ epoch: Int32?) -> GroupRecord {
    var key = ShareGroupTargetAssignmentMetadataKey()
    key.groupID = groupID
    return .shareGroupTargetAssignmentMetadata(
      key,
      epoch.map {
        var value = ShareGroupTargetAssignmentMetadataValue()
        value.assignmentEpoch = $0
        return value
      })
  }

  func targetRecord(_ id: String, _ partitions: PartitionsByTopic?) -> GroupRecord {
    var key = ShareGroupTargetAssignmentMemberKey()
    key.groupID = groupID
    key.memberID = id
    return .shareGroupTargetAssignmentMember(
      key,
      partitions.map {
        var value = ShareGroupTargetAssignmentMemberValue()
        value.topicPartitions = $0.fields()
        return value
      })
  }

  func assignmentRecord(
    _ id: String, _ value: ShareGroupCurrentMemberAssignmentValue?
  ) -> GroupRecord {
    var key = ShareGroupCurrentMemberAssignmentKey()
    key.groupID = groupID
    key.memberID = id
    return .shareGroupCurrentMemberAssignment(key, value)
  }

  /// What forgets a member.
  func forgetting(_ id: String) -> [GroupRecord] {
    [assignmentRecord(id, nil), targetRecord(id, nil), memberRecord(id, nil)]
  }

  /// What forgets the group.
  package func tombstones() -> [GroupRecord] {
    let ids = Set(members.keys).union(targets.keys).sorted()
    var records = ids.flatMap(forgetting) + [targetEpochRecord(nil)]
    if statePartitions != nil {
      var key = ShareGroupStatePartitionMetadataKey()
      key.groupID = groupID
      records.append(.shareGroupStatePartitionMetadata(key, nil))
    }
    return records + [.shareGroupMetadata(groupKey, nil)]
  }

  private var groupKey: ShareGroupMetadataKey {
    var key = ShareGroupMetadataKey()
    key.groupID = groupID
    return key
  }
}
