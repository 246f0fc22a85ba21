package import VarveProtocol

extension ConsumerGroup {
  /// The state's name, as Kafka's tools print it.
  package enum Phase: String, Sendable {
    case empty = "Empty"
    /// The group has changed; the next heartbeat makes a new target assignment.
    case assigning = "Assigning"
    /// Members are on their way to it.
    case reconciling = "Reconciling"
    case stable = "Stable"
    /// There is no such group.
    case dead = "Dead"
  }

  package var phase: Phase {
    if state.members.isEmpty { return state.epoch == 0 ? .dead : .empty }
    if state.epoch != state.targetEpoch { return .assigning }
    let isAtRest = state.members.values.allSatisfy { member in
      member.isReconciled(to: state.targetEpoch)
    }
    return isAtRest ? .stable : .reconciling
  }

  package func describe(
    topics: TopicsImage, settings: GroupSettings
  ) -> ConsumerGroupDescribeResponse.Group {
    var group = ConsumerGroupDescribeResponse.Group()
    group.groupID = state.groupID
    group.groupState = phase.rawValue
    group.groupEpoch = state.epoch
    group.assignmentEpoch = state.targetEpoch
    group.assignorName = state.preferredAssignor(settings)
    group.members = state.members.values.sorted { $0.id < $1.id }.map { member in
      member.description(target: state.targets[member.id], topics: topics)
    }
    return group
  }
}

extension ConsumerGroupMember {
  fileprivate func description(
    target: PartitionsByTopic?, topics: TopicsImage
  ) -> ConsumerGroupDescribeResponse.Group.Member {
    var member = ConsumerGroupDescribeResponse.Group.Member()
    member.memberID = id
    member.instanceID = instanceID
    member.rackID = rackID
    member.memberEpoch = epoch
    member.clientID = clientID
    member.clientHost = clientHost
    member.subscribedTopicNames = subscribedTopicNames
    member.subscribedTopicRegex = subscribedPattern
    member.assignment = assigned.described(topics)
    member.targetAssignment = (target ?? PartitionsByTopic()).described(topics)
    member.memberType = classicMetadata == nil ? 1 : 0
    return member
  }
}

extension PartitionsByTopic {
  /// With the topics' names; those that are gone are left out.
  fileprivate func described(_ topics: TopicsImage) -> ConsumerGroupDescribeResponse.Assignment {
    var assignment = ConsumerGroupDescribeResponse.Assignment()
    for topicID in topicIDs {
      guard let topic = topics.topic(topicID) else { continue }
      var field = ConsumerGroupDescribeResponse.TopicPartition()
      field.topicID = topicID
      field.topicName = topic.name
      field.partitions = self[topicID]
      assignment.topicPartitions.append(field)
    }
    return assignment
  }
}
