package import VarveBase
package import VarveCoordination
internal import VarveLog
package import VarveProtocol

extension BrokerGroups {
  /// Commits offsets: one append, however many partitions.
  package func offsetCommit(
    _ request: OffsetCommitRequest, version: Int16, from client: Client
  ) async throws(CoordinatorError) -> OffsetCommitResponse {
    let caller = caller(client)
    let shard = try shard(of: request.groupID)
    return try await shard.run { (state, now) throws(CoordinatorError) in
      try checkSize(request.recordBytesMax, of: request.groupID, shard) {
        state.records(of: request, at: now)
      }
      return try state.offsetCommit(request, version: version, by: caller.at(now))
    }
  }

  /// Commits offsets in a producer's transaction, which cannot end meanwhile. It must have the
  /// group's partition (AddOffsetsToTxn), so that it gets the marker: otherwise a commit that comes
  /// late would be pending for ever. From version 5 of the request on the partition becomes part of
  /// it (KIP-890).
  ///
  /// Throws as ``GroupCoordinator/txnOffsetCommit(_:by:)``, and where the producer has no such
  /// transaction: `TRANSACTION_ABORTABLE`, before version 4 `INVALID_TXN_STATE`;
  /// `INVALID_PRODUCER_EPOCH`; `CONCURRENT_TRANSACTIONS`.
  package func txnOffsetCommit(
    _ request: TxnOffsetCommitRequest, version: Int16 = 4, from client: Client
  ) async throws(CoordinatorError) -> TxnOffsetCommitResponse {
    let caller = caller(client)
    let producer = ProducerIdentity(id: request.producerID, epoch: request.producerEpoch)
    let shard = try shard(of: request.groupID)
    let decided: CoordinatorShard<GroupCoordinator>.Decided<TxnOffsetCommitResponse>
    do throws(CoordinatorError) {
      decided = try broker.withTransaction(
        request.transactionalID, of: producer, in: shard.partition.id, joins: version >= 5
      ) { () throws(CoordinatorError) in
        try shard.decide(as: producer) { (state, now) throws(CoordinatorError) in
          try checkSize(request.recordBytesMax, of: request.groupID, shard) {
            state.records(of: request, at: now)
          }
          return try state.txnOffsetCommit(request, by: caller.at(now))
        }
      }
    } catch {
      guard version < 4, error.code == .transactionAbortable else { throw error }
      throw CoordinatorError(.invalidTxnState, error.message)
    }
    return try await shard.finish(decided)
  }

  /// Refuses a commit whose records the topic does not take, before anything is changed. They are
  /// made only where they may be so large: `bytesMax` says how large they are at most.
  private func checkSize(
    _ bytesMax: Int, of group: String, _ shard: CoordinatorShard<GroupCoordinator>,
    _ records: () -> [GroupRecord]
  ) throws(CoordinatorError) {
    let limit = shard.partition.log.configuration.maxMessageBytes
    guard bytesMax > limit, !shard.takes(records()) else { return }
    throw CoordinatorError(
      .invalidCommitOffsetSize,
      "the records of this commit of group '\(group)' are larger than the \(limit) bytes of "
        + "__consumer_offsets' max.message.bytes; commit fewer partitions at once")
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

extension OffsetCommitRequest {
  fileprivate var recordBytesMax: Int {
    topics.reduce(RecordBatchHeader.byteCount) { bytes, topic in
      let longest = topic.name.isEmpty ? TopicName.byteCountMax : topic.name.utf8.count
      return topic.partitions.reduce(bytes) {
        $0 + offsetRecordBytesMax(groupID, topic: longest, $1.committedMetadata)
      }
    }
  }
}

extension TxnOffsetCommitRequest {
  fileprivate var recordBytesMax: Int {
    topics.reduce(RecordBatchHeader.byteCount) { bytes, topic in
      topic.partitions.reduce(bytes) {
        $0 + offsetRecordBytesMax(groupID, topic: topic.name.utf8.count, $1.committedMetadata)
      }
    }
  }
}

/// What the record of an offset takes at most, of which the lengths, the numbers and the frame are
/// less than 128 bytes.
private func offsetRecordBytesMax(_ group: String, topic: Int, _ metadata: String?) -> Int {
  128 + group.utf8.count + topic + (metadata?.utf8.count ?? 0)
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
