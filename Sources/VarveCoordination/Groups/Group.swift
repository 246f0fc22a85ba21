internal import VarveBase
internal import VarveProtocol

/// A group, of one of the protocols.
package enum Group: Sendable {
  case classic(ClassicGroup)
  case consumer(ConsumerGroup)
  case share(ShareGroup)

  /// What Kafka's tools call the type.
  package enum Kind: String, Sendable {
    case classic
    case consumer
    case share
  }

  package var kind: Kind {
    switch self {
    case .classic: .classic
    case .consumer: .consumer
    case .share: .share
    }
  }

  /// The state's name, as Kafka's tools print it.
  package var stateName: String {
    switch self {
    case .classic(let group): group.state.rawValue
    case .consumer(let group): group.phase.rawValue
    case .share(let group): group.phase.rawValue
    }
  }

  /// Empty of a group that only ever held offsets.
  package var protocolType: String {
    switch self {
    case .classic(let group): group.protocolType ?? ""
    case .consumer: ConsumerProtocolFrame.protocolType
    case .share: "share"
    }
  }

  /// Whether it has no members.
  package var isEmpty: Bool {
    switch self {
    case .classic(let group): group.state == .empty
    case .consumer(let group): group.state.members.isEmpty
    case .share(let group): group.state.members.isEmpty
    }
  }

  /// Whether a member subscribes to the topic, or may, where the group's members do not say.
  package func isSubscribed(to topic: String) -> Bool {
    switch self {
    case .classic(let group):
      group.subscribedTopics?.contains(topic)
        ?? (group.protocolType == ConsumerProtocolFrame.protocolType)
    case .consumer(let group): group.state.isSubscribed(to: topic)
    case .share(let group): group.state.isSubscribed(to: topic)
    }
  }

  var nextDeadline: Int64? {
    switch self {
    case .classic(let group): group.nextDeadline
    case .consumer(let group): group.nextDeadline
    case .share(let group): group.nextDeadline
    }
  }

  /// From when on the retention of its offsets counts.
  var offsetExpiry: OffsetExpiry {
    guard case .classic(let group) = self, group.protocolType != nil else { return .sinceCommit }
    if group.state == .empty {
      return group.stateTimestamp == .none ? .sinceCommit : .sinceEmpty(group.stateTimestamp)
    }
    return group.subscribedTopics == nil ? .never : .sinceCommit
  }
}

extension GroupRecord {
  /// The group that the record is of.
  var groupID: String {
    switch self {
    case .offsetCommit(let key, _): key.group
    case .groupMetadata(let key, _): key.group
    case .consumerGroupMetadata(let key, _): key.groupID
    case .consumerGroupPartitionMetadata(let key, _): key.groupID
    case .consumerGroupMemberMetadata(let key, _): key.groupID
    case .consumerGroupTargetAssignmentMetadata(let key, _): key.groupID
    case .consumerGroupTargetAssignmentMember(let key, _): key.groupID
    case .consumerGroupCurrentMemberAssignment(let key, _): key.groupID
    case .shareGroupMemberMetadata(let key, _): key.groupID
    case .shareGroupMetadata(let key, _): key.groupID
    case .shareGroupTargetAssignmentMetadata(let key, _): key.groupID
    case .shareGroupTargetAssignmentMember(let key, _): key.groupID
    case .shareGroupCurrentMemberAssignment(let key, _): key.groupID
    case .shareGroupStatePartitionMetadata(let key, _): key.groupID
    case .consumerGroupRegularExpression(let key, _): key.groupID
    }
  }

  var isTombstone: Bool {
    switch self {
    case .offsetCommit(_, nil), .groupMetadata(_, nil), .consumerGroupMetadata(_, nil),
      .consumerGroupPartitionMetadata(_, nil), .consumerGroupMemberMetadata(_, nil),
      .consumerGroupTargetAssignmentMetadata(_, nil),
      .consumerGroupTargetAssignmentMember(_, nil),
      .consumerGroupCurrentMemberAssignment(_, nil), .consumerGroupRegularExpression(_, nil),
      .shareGroupMemberMetadata(_, nil), .shareGroupMetadata(_, nil),
      .shareGroupTargetAssignmentMetadata(_, nil), .shareGroupTargetAssignmentMember(_, nil),
      .shareGroupCurrentMemberAssignment(_, nil), .shareGroupStatePartitionMetadata(_, nil):
      true
    default: false
    }
  }
}
