package import VarveBase
package import VarveProtocol

extension CommittedOffsets {
  /// Commits what the request has, for each partition that there is. The caller has asked the
  /// group.
  package mutating func commit(
    _ request: OffsetCommitRequest, topics: TopicsImage, at now: Timestamp
  ) -> GroupDecision<OffsetCommitResponse> {
    let retention = request.retentionTimeMilliseconds
    let (end, overflows) = now.rawValue.addingReportingOverflow(retention)
    // One that no clock reaches is as good as the last moment.
    let expireTime = retention == -1 ? nil : Timestamp(overflows ? .max : end)
    var decision = GroupDecision(OffsetCommitResponse())
    for requested in request.topics {
      let topic = topics.topic(named: requested.name, id: requested.topicID)
      var reply = OffsetCommitResponse.Topic()
      reply.name = requested.name
      reply.topicID = requested.topicID
      for partition in requested.partitions {
        let commit = CommittedOffset(
          partition.committedOffset, leaderEpoch: partition.committedLeaderEpoch,
          metadata: partition.committedMetadata ?? "", commitTime: now, expireTime: expireTime,
          topicID: topic?.id ?? .zero)
        var result = OffsetCommitResponse.Topic.Partition()
        result.partitionIndex = partition.partitionIndex
        result.errorCode = fault(
          in: commit, topic, partition.partitionIndex, named: !requested.name.isEmpty)
        reply.partitions.append(result)
        guard result.errorCode == .none, let topic else { continue }
        let key = OffsetCommitKey(
          group: request.groupID, topic: topic.name, partition: partition.partitionIndex)
        emit(key, commit.value, into: &decision.records)
      }
      decision.reply.topics.append(reply)
    }
    return decision
  }

  /// Commits as part of a producer's transaction: nobody sees it before the transaction commits.
  /// Its records go into a transactional batch of the producer.
  package mutating func commit(
    _ request: TxnOffsetCommitRequest, topics: TopicsImage, at now: Timestamp
  ) -> GroupDecision<TxnOffsetCommitResponse> {
    var decision = GroupDecision(TxnOffsetCommitResponse())
    for requested in request.topics {
      let topic = topics.topic(named: requested.name)
      var reply = TxnOffsetCommitResponse.Topic()
      reply.name = requested.name
      for partition in requested.partitions {
        let commit = CommittedOffset(
          partition.committedOffset, leaderEpoch: partition.committedLeaderEpoch,
          metadata: partition.committedMetadata ?? "", commitTime: now,
          topicID: topic?.id ?? .zero)
        var result = TxnOffsetCommitResponse.Topic.Partition()
        result.partitionIndex = partition.partitionIndex
        result.errorCode = fault(in: commit, topic, partition.partitionIndex, named: true)
        reply.partitions.append(result)
        guard result.errorCode == .none else { continue }
        let key = OffsetCommitKey(
          group: request.groupID, topic: requested.name, partition: partition.partitionIndex)
        emit(key, commit.value, producerID: request.producerID, into: &decision.records)
      }
      decision.reply.topics.append(reply)
    }
    return decision
  }

  private func fault(
    in commit: CommittedOffset, _ topic: TopicsImage.Topic?, _ partition: Int32, named: Bool
  ) -> ErrorCode {
    guard let topic else { return named ? .unknownTopicOrPartition : .unknownTopicID }
    guard topic.has(partition) else { return .unknownTopicOrPartition }
    // Kafka counts a string's length in UTF-16.
    guard commit.metadata.utf16.count <= settings.offsetMetadataMaxBytes else {
      return .offsetMetadataTooLarge
    }
    return .none
  }
}

extension TopicsImage {
  /// The topic of a request that names it, or has its id instead.
  func topic(named name: String, id: TopicID) -> Topic? {
    name.isEmpty ? topic(id) : topic(named: name)
  }
}

extension TopicsImage.Topic {
  func has(_ partition: Int32) -> Bool { (0..<partitionCount).contains(partition) }
}
