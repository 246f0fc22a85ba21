internal import VarveBase
package import VarveProtocol

extension CommittedOffsets {
  /// Forgets what a group committed for some partitions, except for topics that its members
  /// subscribe to.
  package mutating func delete(
    _ request: OffsetDeleteRequest, topics: TopicsImage, isSubscribed: (String) -> Bool
  ) -> GroupDecision<OffsetDeleteResponse> {
    var decision = GroupDecision(OffsetDeleteResponse())
    for requested in request.topics {
      let topic = topics.topic(named: requested.name)
      let isSubscribed = isSubscribed(requested.name)
      var reply = OffsetDeleteResponse.Topic()
      reply.name = requested.name
      for partition in requested.partitions {
        var result = OffsetDeleteResponse.Topic.Partition()
        result.partitionIndex = partition.partitionIndex
        if topic?.has(partition.partitionIndex) != true {
          result.errorCode = .unknownTopicOrPartition
        } else if isSubscribed {
          result.errorCode = .groupSubscribedToTopic
        }
        reply.partitions.append(result)
        let key = OffsetCommitKey(
          group: request.groupID, topic: requested.name, partition: partition.partitionIndex)
        guard result.errorCode == .none, self[key] != nil || isPending(key) else { continue }
        emit(key, nil, into: &decision.records)
      }
      decision.reply.topics.append(reply)
    }
    return decision
  }

  /// Forgets all of a group, what is pending too.
  package mutating func deleteAll(ofGroup group: String) -> [GroupRecord] {
    var records: [GroupRecord] = []
    for key in keys(ofGroup: group) { emit(key, nil, into: &records) }
    return records
  }

  /// Forgets what was committed for topics that have been deleted, also where another was created
  /// under the name.
  package mutating func topicsChanged(
    from old: TopicsImage, to new: TopicsImage
  ) -> [GroupRecord] {
    var records: [GroupRecord] = []
    for topic in old.topics where new.topic(topic.id) == nil {
      let successor = new.topic(named: topic.name)
      for key in keys(ofTopic: topic.name) {
        if let successor, self[key]?.topicID == successor.id { continue }
        emit(key, nil, into: &records)
      }
    }
    return records
  }
}
