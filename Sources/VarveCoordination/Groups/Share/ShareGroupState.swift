package import VarveProtocol

/// All of a share group that is stored. Only ``replay(_:)`` changes it.
package struct ShareGroupState: Equatable, Sendable {
  package let groupID: String
  package private(set) var epoch: Int32 = 0
  /// Of the subscribed topics as the group saw them last; see ``topicsHash(in:)``.
  private(set) var topicsHash: Int64 = 0
  package private(set) var targetEpoch: Int32 = 0
  package private(set) var members: [String: ShareGroupMember] = [:]
  /// Each member's share of the target assignment.
  package private(set) var targets: [String: PartitionsByTopic] = [:]
  /// The partitions that have a state in `__share_group_state`, where Kafka noted them here.
  package private(set) var statePartitions: ShareGroupStatePartitionMetadataValue?

  init(groupID: String) { self.groupID = groupID }

  /// Takes in a record of this group; those of offsets and of other kinds of groups are none of
  /// its.
  mutating func replay(_ record: GroupRecord) {
    switch record {
    case .shareGroupMetadata(_, let value):
      epoch = value?.epoch ?? 0
      topicsHash = value?.metadataHash ?? 0
    case .shareGroupMemberMetadata(let key, let value):
      replay(key.memberID, value)
    case .shareGroupTargetAssignmentMetadata(_, let value):
      targetEpoch = value?.assignmentEpoch ?? 0
    case .shareGroupTargetAssignmentMember(let key, let value):
      targets[key.memberID] = value.map { PartitionsByTopic($0.topicPartitions) }
    case .shareGroupCurrentMemberAssignment(let key, let value):
      replay(key.memberID, value)
    case .shareGroupStatePartitionMetadata(_, let value):
      statePartitions = value
    default: break
    }
  }

  private mutating func replay(_ id: String, _ value: ShareGroupMemberMetadataValue?) {
    guard let value else {
      members[id] = nil
      return
    }
    members[id, default: ShareGroupMember(id: id)].update(from: value)
  }

  /// The record of a member's metadata may come later: compaction keeps the last of each.
  private mutating func replay(_ id: String, _ value: ShareGroupCurrentMemberAssignmentValue?) {
    guard value != nil || members[id] != nil else { return }
    members[id, default: ShareGroupMember(id: id)]
      .update(from: value ?? ShareGroupCurrentMemberAssignmentValue())
  }
}
