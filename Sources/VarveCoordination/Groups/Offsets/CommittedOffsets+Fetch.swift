internal import VarveBase
package import VarveProtocol

extension CommittedOffsets {
  /// What a group has committed: for the partitions asked for, -1 where nothing is; or for all that
  /// it has, where the request names no topics.
  ///
  /// With `requiresStable`, a partition for which an open transaction commits is answered
  /// `UNSTABLE_OFFSET_COMMIT`: whoever takes over asks again (KIP-447).
  package func fetch(
    _ request: OffsetFetchRequest.Group, topics: TopicsImage, requiresStable: Bool
  ) -> OffsetFetchResponse.Group {
    var reply = OffsetFetchResponse.Group()
    reply.groupID = request.groupID
    let wanted = request.topics ?? allTopics(ofGroup: request.groupID, topics)
    reply.topics = wanted.map { requested in
      let topic = topics.topic(named: requested.name, id: requested.topicID)
      var reply = OffsetFetchResponse.Group.Topic()
      reply.name = requested.name
      reply.topicID = requested.topicID
      reply.partitions = requested.partitionIndexes.map { partition in
        guard let name = requested.name.isEmpty ? topic?.name : requested.name else {
          return .init(partition, error: .unknownTopicID)
        }
        let key = OffsetCommitKey(group: request.groupID, topic: name, partition: partition)
        return answer(key, topic, requiresStable)
      }
      return reply
    }
    return reply
  }

  private func answer(
    _ key: OffsetCommitKey, _ topic: TopicsImage.Topic?, _ requiresStable: Bool
  ) -> OffsetFetchResponse.Group.Topic.Partition {
    var answer = OffsetFetchResponse.Group.Topic.Partition(key.partition)
    if requiresStable, isPending(key) {
      answer.errorCode = .unstableOffsetCommit
    } else if let committed = self[key], !committed.isOfAnother(than: topic) {
      answer.committedOffset = committed.offset
      answer.committedLeaderEpoch = committed.leaderEpoch
      answer.metadata = committed.metadata
    }
    return answer
  }

  private func allTopics(
    ofGroup group: String, _ topics: TopicsImage
  ) -> [OffsetFetchRequest.Group.Topic] {
    var wanted: [OffsetFetchRequest.Group.Topic] = []
    for (key, committed) in committed(ofGroup: group) {
      let topic = topics.topic(named: key.topic)
      guard !committed.isOfAnother(than: topic) else { continue }
      if wanted.last?.name != key.topic {
        var next = OffsetFetchRequest.Group.Topic()
        next.name = key.topic
        next.topicID = topic?.id ?? .zero
        wanted.append(next)
      }
      wanted[wanted.count - 1].partitionIndexes.append(key.partition)
    }
    return wanted
  }
}

extension OffsetFetchResponse.Group.Topic.Partition {
  /// Nothing committed.
  init(_ partition: Int32, error: ErrorCode = .none) {
    self.init()
    partitionIndex = partition
    committedOffset = -1
    metadata = ""
    errorCode = error
  }
}
