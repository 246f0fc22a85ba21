internal import VarveBase
internal import VarveProtocol

extension ConsumerGroupMemberMetadataValue.ClassicMemberMetadata {
  init(sessionTimeout: Int32, protocols: [JoinGroupRequest.MemberProtocol]) {
    self.init()
    sessionTimeoutMilliseconds = sessionTimeout
    supportedProtocols = protocols.map { offered in
      var supported = SupportedProtocol()
      supported.name = offered.name
      supported.metadata = offered.metadata
      return supported
    }
  }
}

extension PartitionsByTopic {
  /// Of topics by their names; those that are not there are left out.
  init(_ lists: [(topic: String, partitions: [Int32])], in topics: TopicsImage) {
    self.init()
    for (name, partitions) in lists {
      guard let topic = topics.topic(named: name) else { continue }
      self[topic.id] += partitions
    }
  }

  /// What a consumer of the classic protocol is told in its sync, without topics that are gone.
  func consumerAssignment(version: Int16, _ topics: TopicsImage) -> ByteSlice {
    var assignment = ConsumerProtocolAssignment()
    for topicID in topicIDs {
      guard let topic = topics.topic(topicID) else { continue }
      var field = ConsumerProtocolAssignment.AssignedPartition()
      field.topic = topic.name
      field.partitions = self[topicID]
      assignment.assignedPartitions.append(field)
    }
    return ConsumerProtocolFrame.encode(assignment, version: version)
  }
}
