internal import VarveBase
package import VarveProtocol

extension ConsumerGroup {
  /// A member joins (epoch 0), keeps up, says what has changed, or leaves (-1; -2 where it is
  /// static and will be back).
  ///
  /// Throws as Kafka answers: `INVALID_REQUEST`, `UNSUPPORTED_ASSIGNOR`,
  /// `INVALID_REGULAR_EXPRESSION`, `GROUP_MAX_SIZE_REACHED`, `UNKNOWN_MEMBER_ID`,
  /// `FENCED_MEMBER_EPOCH`, `UNRELEASED_INSTANCE_ID`, `FENCED_INSTANCE_ID`. Unlike Kafka's, a full
  /// group takes a static member back in the place of the one that left.
  package mutating func heartbeat(
    _ request: ConsumerGroupHeartbeatRequest, _ caller: Caller, topics: TopicsImage,
    settings: GroupSettings
  ) throws(CoordinatorError) -> GroupDecision<ConsumerGroupHeartbeatResponse> {
    try request.validate(settings)
    if request.memberEpoch < 0 {
      return try leave(request, topics: topics, now: caller.now, settings)
    }
    let id = request.memberID.isEmpty ? caller.newMemberID : request.memberID
    let sender = try sender(of: request, id: id)
    try checkRoom(for: sender, settings)
    var updated = sender.member
    try updated.update(from: request, caller)

    var decision = GroupDecision(ConsumerGroupHeartbeatResponse())
    step(
      updated, from: sender, owned: request.topicPartitions.map { PartitionsByTopic($0) },
      topics: topics, now: caller.now, settings, into: &decision.records)

    let member = state.members[id] ?? updated
    if sender.member.classicMetadata != nil {
      stopTimeouts(of: id)
      startRevocation(of: member, at: caller.now)
    }
    startSession(of: member, at: caller.now, settings: settings)
    decision.reply = reply(to: request, before: sender.member, after: member, settings)
    return decision
  }

  // MARK: Steps

  func checkRoom(for sender: Sender, _ settings: GroupSettings) throws(CoordinatorError) {
    guard sender.isNew, sender.replaced == nil, state.members.count >= settings.consumerMaxSize
    else { return }
    throw CoordinatorError(
      .groupMaxSizeReached,
      "group \(state.groupID) has its \(settings.consumerMaxSize) members already")
  }

  /// Takes in what a member says, and takes it one step towards its share. `owned` is what it says
  /// it has, nil where it does not say.
  mutating func step(
    _ updated: ConsumerGroupMember, from sender: Sender, owned: PartitionsByTopic?,
    topics: TopicsImage, now: Moment, _ settings: GroupSettings, into records: inout [GroupRecord]
  ) {
    if let replaced = sender.replaced { replace(replaced, by: sender.member, into: &records) }
    take(updated, from: sender, topics: topics, now: now, settings, into: &records)
    deal(settings, into: &records)
    reconcile(updated.id, owned: owned, now: now, into: &records)
  }

  /// Takes in a member that is new or says something new, and raises the epoch where that, or the
  /// topics, make another assignment.
  private mutating func take(
    _ updated: ConsumerGroupMember, from sender: Sender, topics: TopicsImage, now: Moment,
    _ settings: GroupSettings, into records: inout [GroupRecord]
  ) {
    // Counting all votes at each heartbeat would cost more than the rest of it.
    let changesVote = updated.serverAssignor != sender.member.serverAssignor
    let assignor = changesVote ? state.preferredAssignor(settings) : nil
    let isJoining = sender.isNew && sender.replaced == nil
    if isJoining || updated.metadata != sender.member.metadata {
      emit(state.memberRecord(updated.id, updated.metadata), into: &records)
    }
    var mustDeal =
      isJoining || !updated.subscribesAlike(sender.member)
      || changesVote && state.preferredAssignor(settings) != assignor
    if mustDeal || mustLookAtTopics {
      dropUnusedPatterns(into: &records)
      mustDeal = updateTopics(from: topics, now: now, into: &records) || mustDeal
      mustLookAtTopics = false
    }
    if mustDeal { emit(state.epochRecord(state.epoch &+ 1), into: &records) }
  }

  /// Computes the target assignment of the group's epoch, if there is none yet.
  private mutating func deal(
    _ settings: GroupSettings, into records: inout [GroupRecord]
  ) {
    guard state.epoch != state.targetEpoch else { return }
    let targets = state.newTargets(settings)
    for id in state.members.keys.sorted() {
      let target = targets[id] ?? PartitionsByTopic()
      if state.targets[id] != target { emit(state.targetRecord(id, target), into: &records) }
    }
    emit(state.targetEpochRecord(state.epoch), into: &records)
  }

  private mutating func reconcile(
    _ id: String, owned: PartitionsByTopic?, now: Moment, into records: inout [GroupRecord]
  ) {
    guard let member = state.members[id] else { return }
    let next = Reconciliation(
      member: member, targetEpoch: state.targetEpoch,
      target: state.targets[id] ?? PartitionsByTopic(), owners: state.owners, owned: owned
    ).next()
    guard next != member else { return }
    emit(state.assignmentRecord(id, next.currentAssignment), into: &records)
    startRevocation(of: next, at: now)
  }

  /// The assignment is told where it changed, and where the member shows that it may not know it:
  /// it joins, says all about itself, or comes with the epoch before.
  private func reply(
    to request: ConsumerGroupHeartbeatRequest, before: ConsumerGroupMember,
    after: ConsumerGroupMember, _ settings: GroupSettings
  ) -> ConsumerGroupHeartbeatResponse {
    var response = ConsumerGroupHeartbeatResponse()
    response.memberID = after.id
    response.memberEpoch = after.epoch
    response.heartbeatIntervalMilliseconds = settings.consumerHeartbeatInterval
    if request.saysAll || request.memberEpoch != before.epoch || after.assigned != before.assigned {
      var assignment = ConsumerGroupHeartbeatResponse.Assignment()
      assignment.topicPartitions = after.assigned.fields()
      response.assignment = assignment
    }
    return response
  }
}

extension ConsumerGroupMember {
  fileprivate func subscribesAlike(_ other: ConsumerGroupMember) -> Bool {
    subscribedTopicNames == other.subscribedTopicNames
      && subscribedPattern == other.subscribedPattern
  }

  /// Takes over what the request says; what it leaves out stays. Throws where its pattern is none.
  fileprivate mutating func update(
    from request: ConsumerGroupHeartbeatRequest, _ caller: Caller
  ) throws(CoordinatorError) {
    if let instance = request.instanceID { instanceID = instance }
    if let rack = request.rackID { rackID = rack }
    if request.rebalanceTimeoutMilliseconds != -1 {
      rebalanceTimeout = request.rebalanceTimeoutMilliseconds
    }
    if let assignor = request.serverAssignor { serverAssignor = assignor }
    if let names = request.subscribedTopicNames { subscribedTopicNames = Set(names).sorted() }
    if let pattern = request.subscribedTopicRegex {
      if !pattern.isEmpty, pattern != subscribedPattern { try TopicPattern.check(pattern) }
      subscribedPattern = pattern.isEmpty ? nil : pattern
    }
    clientID = caller.clientID
    clientHost = caller.host
    classicMetadata = nil
  }
}
