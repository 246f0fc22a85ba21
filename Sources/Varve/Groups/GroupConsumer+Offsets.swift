public import VarveBase
internal import VarveCoordination

extension GroupConsumer {
  /// Stores that the group is done with a batch, and with all before it in its partition. Returns
  /// once that counts as written.
  ///
  /// Throws `.notAssigned` where the partition was given to another member, who begins at what was
  /// committed before.
  public func commit(_ batch: ConsumedBatch) async throws(VarveError) {
    try await commit([batch.source: OffsetAndMetadata(batch.nextOffset)])
  }

  /// Stores how far the group is in some partitions, at once for all: the offsets that are next,
  /// and words to go with them.
  ///
  /// Throws `.notAssigned` for partitions that the consumer does not read; `.invalidArgument` for
  /// metadata of more than 4 KiB.
  public func commit(
    _ offsets: [TopicPartition: OffsetAndMetadata]
  ) async throws(VarveError) {
    try await commit(offsets) { (group, offsets) throws(CoordinatorError) in
      try await group.commit(offsets)
    }
  }

  /// As above, with another way to store the offsets.
  func commit(
    _ offsets: [TopicPartition: OffsetAndMetadata],
    by store: (GroupOffsets, [TopicPartition: OffsetAndMetadata]) async throws(CoordinatorError)
      -> Void
  ) async throws(VarveError) {
    var attempt = Attempts()
    while true {
      let offsets = try checked(offsets)
      guard let member = member else { throw notAssigned(offsets.keys.first) }
      do throws(CoordinatorError) {
        return try await store(groupOffsets(member), offsets)
      } catch {
        switch error.code {
        case .staleMemberEpoch where attempt.next():
          // The group has moved on, and the heartbeat that says so is on its way.
          if session.memberEpoch == member.epoch { await session.refresh() }
        case _ where error.isRetriable && attempt.next():
          try await attempt.pause()
        case .fencedMemberEpoch, .unknownMemberID, .staleMemberEpoch:
          // So that the partitions are given up before another batch is shown.
          await session.refresh()
          throw VarveError(error)
        default:
          throw VarveError(error)
        }
      }
    }
  }

  private func checked(
    _ offsets: [TopicPartition: OffsetAndMetadata]
  ) throws(VarveError) -> [TopicPartition: OffsetAndMetadata] {
    let assigned = withState { Set($0.names.values) }
    for partition in offsets.keys where !assigned.contains(partition) {
      throw notAssigned(partition)
    }
    return offsets
  }

  private func notAssigned(_ partition: TopicPartition?) -> VarveError {
    VarveError(
      .notAssigned,
      """
      \(partition.map { "\($0)" } ?? "nothing") is not assigned to member '\(memberID)' of group \
      '\(group)' any more: its records come again to the member that has it
      """, partition: partition)
  }

  /// What the group has committed for a partition; nil for nothing.
  public func committed(
    of topic: String, partition: Int32
  ) async throws(VarveError) -> OffsetAndMetadata? {
    let partition = TopicPartition(topic: try TopicName(named: topic), partition: partition)
    return try await fetchCommitted([partition])[partition]
  }

  /// What is committed, waiting for transactions that are about to change it.
  func fetchCommitted(
    _ partitions: [TopicPartition]
  ) async throws(VarveError) -> [TopicPartition: OffsetAndMetadata] {
    var attempt = Attempts()
    while true {
      do throws(CoordinatorError) {
        return try await groupOffsets(member).fetch(partitions, stable: true)
      } catch {
        switch error.code {
        case .staleMemberEpoch where attempt.next(), .fencedMemberEpoch where attempt.next(),
          .unknownMemberID where attempt.next():
          await session.refresh()
        case .unstableOffsetCommit:
          _ = attempt.next()
          // An open transaction decides it: as long as that takes, it is not known.
          try await attempt.pause()
        case _ where error.isRetriable && attempt.next(): try await attempt.pause()
        default: throw VarveError(error)
        }
      }
    }
  }

  private var member: GroupOffsets.Member? {
    guard let epoch = session.memberEpoch else { return nil }
    return GroupOffsets.Member(
      id: memberID, epoch: epoch, instanceID: session.identity.instanceID)
  }

  private func groupOffsets(_ member: GroupOffsets.Member?) -> GroupOffsets {
    GroupOffsets(client: session.client, group: group, member: member)
  }
}

extension GroupConsumer {
  /// The offset that is read next. Throws `.unknownTopicOrPartition` for a partition that is not
  /// assigned.
  public func position(of topic: String, partition: Int32) throws(VarveError) -> Offset {
    try reader.position(of: topic, partition: partition)
  }

  /// The records between what the group has committed and the end of the partition; those from its
  /// start where nothing is committed.
  public func lag(of topic: String, partition: Int32) async throws(VarveError) -> Int64 {
    let committed = try await committed(of: topic, partition: partition)
    let client = try await cluster.route(to: topic).partition(partition)
    let info = try await client.info()
    let end = try await client.endOffset(options.reading.isolation)
    return max(0, end - (committed?.offset ?? info.startOffset))
  }

  /// Goes on reading a partition elsewhere; what is committed stays. As
  /// ``Consumer/seek(_:partition:to:)``.
  public func seek(
    _ topic: String, partition: Int32, to position: StartPosition
  ) async throws(VarveError) {
    try await reader.seek(topic, partition: partition, to: position)
  }

  /// Reads no more of a partition until ``resume(_:partition:)``; it stays assigned.
  public func pause(_ topic: String, partition: Int32) throws(VarveError) {
    try reader.pause(topic, partition: partition)
  }

  /// Reads a partition again.
  public func resume(_ topic: String, partition: Int32) throws(VarveError) {
    try reader.resume(topic, partition: partition)
  }
}
