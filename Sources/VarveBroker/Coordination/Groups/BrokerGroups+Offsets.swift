package import VarveBase
package import VarveCoordination
package import VarveProtocol

extension BrokerGroups {
  /// Commits offsets: one append, however many partitions.
  package func offsetCommit(
    _ request: OffsetCommitRequest, version: Int16, from client: Client
  ) async throws(CoordinatorError) -> OffsetCommitResponse {
    let caller = caller(client)
    return try await shard(of: request.groupID).run { (state, now) throws(CoordinatorError) in
      try state.offsetCommit(request, version: version, by: caller.at(now))
    }
  }

  /// Commits offsets in a producer's transaction. The transaction must have the group's partition
  /// (AddOffsetsToTxn), so that it gets the marker.
  package func txnOffsetCommit(
    _ request: TxnOffsetCommitRequest, from client: Client
  ) async throws(CoordinatorError) -> TxnOffsetCommitResponse {
    let caller = caller(client)
    let producer = ProducerIdentity(id: request.producerID, epoch: request.producerEpoch)
    return try await shard(of: request.groupID).run(as: producer) {
      (state, now) throws(CoordinatorError) in
      try state.txnOffsetCommit(request, by: caller.at(now))
    }
  }

  /// Ends a producer's transaction in a partition of `__consumer_offsets`: writes the marker, and
  /// what was committed in it counts, or does not.
  package func completeTransaction(
    in partition: Int32, of producer: ProducerIdentity, coordinatorEpoch: Int32, commits: Bool
  ) async throws(CoordinatorError) {
    let shards = broker.coordination.groups.all
    guard shards.indices.contains(Int(partition)) else {
      throw CoordinatorError(
        .unknownTopicOrPartition, "there is no partition \(partition) of __consumer_offsets")
    }
    try await shards[Int(partition)].completeTransaction(
      of: producer, coordinatorEpoch: coordinatorEpoch, commits: commits)
  }

  /// The partition that holds a group.
  package func partition(of group: String) throws(CoordinatorError) -> TopicPartition {
    try shard(of: group).partition.id
  }

  /// What groups have committed, in the form of the version that asked: of one group up to version
  /// 7, of several from version 8 on.
  package func offsetFetch(_ request: OffsetFetchRequest) async -> OffsetFetchResponse {
    var response = OffsetFetchResponse()
    guard request.groups.isEmpty else {
      for group in request.groups {
        response.groups.append(await fetch(group, requiresStable: request.requiresStable))
      }
      return response
    }
    let fetched = await fetch(request.asGroup, requiresStable: request.requiresStable)
    response.errorCode = fetched.errorCode
    response.topics = fetched.topics.map { OffsetFetchResponse.Topic($0) }
    return response
  }

  private func fetch(
    _ request: OffsetFetchRequest.Group, requiresStable: Bool
  ) async -> OffsetFetchResponse.Group {
    do throws(CoordinatorError) {
      guard let shard = broker.coordination.groups.existing(of: request.groupID) else {
        return GroupCoordinator(topics: broker.topicsImage)
          .offsetFetch(request, requiresStable: requiresStable)
      }
      return try await shard.read { state in
        state.offsetFetch(request, requiresStable: requiresStable)
      }
    } catch {
      var refused = OffsetFetchResponse.Group()
      refused.groupID = request.groupID
      refused.errorCode = error.code
      return refused
    }
  }

  package func offsetDelete(
    _ request: OffsetDeleteRequest
  ) async throws(CoordinatorError) -> OffsetDeleteResponse {
    try await shard(of: request.groupID).run { (state, _) throws(CoordinatorError) in
      try state.offsetDelete(request)
    }
  }
}

extension OffsetFetchRequest {
  /// What versions up to 7 ask for, as later ones do.
  fileprivate var asGroup: Group {
    var group = Group()
    group.groupID = groupID
    group.topics = topics?.map { topic in
      var requested = Group.Topic()
      requested.name = topic.name
      requested.partitionIndexes = topic.partitionIndexes
      return requested
    }
    return group
  }
}

extension OffsetFetchResponse.Topic {
  fileprivate init(_ topic: OffsetFetchResponse.Group.Topic) {
    self.init()
    name = topic.name
    partitions = topic.partitions.map { fetched in
      var partition = Partition()
      partition.partitionIndex = fetched.partitionIndex
      partition.committedOffset = fetched.committedOffset
      partition.committedLeaderEpoch = fetched.committedLeaderEpoch
      partition.metadata = fetched.metadata
      partition.errorCode = fetched.errorCode
      return partition
    }
  }
}
