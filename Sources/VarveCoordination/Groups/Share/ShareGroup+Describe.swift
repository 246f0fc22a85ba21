package import VarveProtocol

extension ShareGroup {
  /// The state's name, as Kafka's tools print it.
  package enum Phase: String, Sendable {
    case empty = "Empty"
    case stable = "Stable"
    /// There is no such group.
    case dead = "Dead"
  }

  package var phase: Phase {
    if !state.members.isEmpty { return .stable }
    return state.epoch == 0 ? .dead : .empty
  }

  package func describe(topics: TopicsImage) -> ShareGroupDescribeResponse.Group {
    var group = ShareGroupDescribeResponse.Group()
    group.groupID = state.groupID
    group.groupState = phase.rawValue
    group.groupEpoch = state.epoch
    group.assignmentEpoch = state.targetEpoch
    group.assignorName = SimpleAssignor().name
    group.members = state.members.values.sorted { $0.id < $1.id }.map { known in
      var member = ShareGroupDescribeResponse.Group.Member()
      member.memberID = known.id
      member.rackID = known.rackID
      member.memberEpoch = known.epoch
      member.clientID = known.clientID
      member.clientHost = known.clientHost
      member.subscribedTopicNames = known.subscribedTopicNames
      member.assignment = known.assigned.described(topics)
      return member
    }
    return group
  }
}

extension PartitionsByTopic {
  /// With the topics' names; those that are gone are left out.
  fileprivate func described(_ topics: TopicsImage) -> ShareGroupDescribeResponse.Assignment {
    var assignment = ShareGroupDescribeResponse.Assignment()
    for topicID in topicIDs {
      guard let topic = topics.topic(topicID) else { continue }
      var field = ShareGroupDescribeResponse.TopicPartition()
      field.topicID = topicID
      field.topicName = topic.name
      field.partitions = self[topicID]
      assignment.topicPartitions.append(field)
    }
    return assignment
  }
}
