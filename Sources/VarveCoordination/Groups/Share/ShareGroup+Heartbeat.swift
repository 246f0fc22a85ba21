internal import VarveBase
package import VarveProtocol

extension ShareGroup {
  /// A member joins (epoch 0), keeps up, says what has changed, or leaves (-1).
  ///
  /// Throws as Kafka answers: `INVALID_REQUEST`, `GROUP_MAX_SIZE_REACHED`, `UNKNOWN_MEMBER_ID`,
  /// `FENCED_MEMBER_EPOCH`. Unlike Kafka's, a group takes a member back that joins again before its
  /// session has ended, whatever its epoch was: it has nothing to give up first.
  package mutating func heartbeat(
    _ request: ShareGroupHeartbeatRequest, _ caller: Caller, topics: TopicsImage,
    settings: GroupSettings
  ) throws(CoordinatorError) -> GroupDecision<ShareGroupHeartbeatResponse> {
    try request.validate()
    if request.memberEpoch == ShareGroupMember.left { return try leave(request, topics: topics) }
    let known = try sender(of: request, settings)
    let before = known ?? ShareGroupMember(id: request.memberID)
    var updated = before
    updated.update(from: request, caller)

    var decision = GroupDecision(ShareGroupHeartbeatResponse())
    take(updated, known, topics: topics, into: &decision.records)
    deal(topics: topics, into: &decision.records)
    reconcile(updated.id, into: &decision.records)
    startSession(of: updated.id, at: caller.now, settings)
    let after = state.members[updated.id] ?? updated
    decision.reply = reply(to: request, before: before, after: after, settings)
    return decision
  }

  // MARK: Who

  /// The member as it was before; nil of one that is new.
  private func sender(
    of request: ShareGroupHeartbeatRequest, _ settings: GroupSettings
  ) throws(CoordinatorError) -> ShareGroupMember? {
    if request.memberEpoch != 0 {
      let member = try knownMember(request.memberID)
      try checkEpoch(request.memberEpoch, of: member)
      return member
    }
    if let member = state.members[request.memberID] { return member }
    guard state.members.count < settings.shareMaxSize else {
      throw CoordinatorError(
        .groupMaxSizeReached,
        "share group \(state.groupID) has its \(settings.shareMaxSize) members already")
    }
    return nil
  }

  func knownMember(_ id: String) throws(CoordinatorError) -> ShareGroupMember {
    if let member = state.members[id] { return member }
    throw CoordinatorError(
      .unknownMemberID, "member \(id) is not a member of group \(state.groupID): join it again")
  }

  /// The epoch before is believed: the answer that gave the member the new one may have been lost.
  private func checkEpoch(
    _ epoch: Int32, of member: ShareGroupMember
  ) throws(CoordinatorError) {
    if epoch == member.epoch || epoch == member.previousEpoch && epoch < member.epoch { return }
    throw CoordinatorError(
      .fencedMemberEpoch,
      """
      member \(member.id) of group \(state.groupID) is at epoch \(member.epoch), not \(epoch): it \
      must join again
      """)
  }

  private mutating func leave(
    _ request: ShareGroupHeartbeatRequest, topics: TopicsImage
  ) throws(CoordinatorError) -> GroupDecision<ShareGroupHeartbeatResponse> {
    let member = try knownMember(request.memberID)
    var decision = GroupDecision(ShareGroupHeartbeatResponse())
    decision.reply.memberID = member.id
    decision.reply.memberEpoch = request.memberEpoch
    remove([member.id], topics: topics, into: &decision.records)
    return decision
  }

  // MARK: Steps

  /// Takes in a member that is new or says something new, and raises the epoch where that, or the
  /// topics, make another assignment.
  private mutating func take(
    _ updated: ShareGroupMember, _ known: ShareGroupMember?, topics: TopicsImage,
    into records: inout [GroupRecord]
  ) {
    if known?.metadata != updated.metadata {
      emit(state.memberRecord(updated.id, updated.metadata), into: &records)
    }
    let isResubscribed = known?.subscribedTopicNames != updated.subscribedTopicNames
    guard isResubscribed || mustLookAtTopics else { return }
    mustLookAtTopics = false
    if isResubscribed || state.topicsHash(in: topics) != state.topicsHash {
      raiseEpoch(topics: topics, into: &records)
    }
  }

  /// Computes the target assignment of the group's epoch, if there is none yet.
  private mutating func deal(topics: TopicsImage, into records: inout [GroupRecord]) {
    guard state.epoch != state.targetEpoch else { return }
    let targets = state.newTargets(in: topics)
    for id in state.members.keys.sorted() {
      let target = targets[id] ?? PartitionsByTopic()
      if state.targets[id] != target { emit(state.targetRecord(id, target), into: &records) }
    }
    emit(state.targetEpochRecord(state.epoch), into: &records)
  }

  /// Gives a member its share.
  private mutating func reconcile(_ id: String, into records: inout [GroupRecord]) {
    guard var member = state.members[id], member.epoch != state.targetEpoch else { return }
    member.previousEpoch = member.epoch
    member.epoch = state.targetEpoch
    member.assigned = state.targets[id] ?? PartitionsByTopic()
    emit(state.assignmentRecord(id, member.currentAssignment), into: &records)
  }

  /// The assignment is told where it changed, and where the member shows that it may not know it:
  /// it joins, says what it subscribes to, or comes with the epoch before.
  private func reply(
    to request: ShareGroupHeartbeatRequest, before: ShareGroupMember, after: ShareGroupMember,
    _ settings: GroupSettings
  ) -> ShareGroupHeartbeatResponse {
    var response = ShareGroupHeartbeatResponse()
    response.memberID = after.id
    response.memberEpoch = after.epoch
    response.heartbeatIntervalMilliseconds = settings.shareHeartbeatInterval
    if request.subscribedTopicNames != nil || request.memberEpoch != before.epoch
      || after.assigned != before.assigned
    {
      var assignment = ShareGroupHeartbeatResponse.Assignment()
      assignment.topicPartitions = after.assigned.fields()
      response.assignment = assignment
    }
    return response
  }
}

extension ShareGroupMember {
  /// Takes over what the request says; what it leaves out stays.
  fileprivate mutating func update(from request: ShareGroupHeartbeatRequest, _ caller: Caller) {
    if let rack = request.rackID { rackID = rack }
    if let names = request.subscribedTopicNames { subscribedTopicNames = Set(names).sorted() }
    clientID = caller.clientID
    clientHost = caller.host
  }
}

extension ShareGroupHeartbeatRequest {
  /// Throws `INVALID_REQUEST`, with Kafka's messages.
  func validate() throws(CoordinatorError) {
    try checkFilled(memberID, "MemberId")
    try checkFilled(groupID, "GroupId")
    try checkFilled(rackID, "RackId")
    if memberEpoch < ShareGroupMember.left { throw invalid("MemberEpoch is invalid.") }
    if memberEpoch == 0, subscribedTopicNames?.isEmpty != false {
      throw invalid("SubscribedTopicNames must be set in first request.")
    }
  }

  private func checkFilled(_ value: String?, _ name: String) throws(CoordinatorError) {
    if let value, value.allSatisfy(\.isWhitespace) { throw invalid("\(name) can't be empty.") }
  }

  private func invalid(_ message: String) -> CoordinatorError {
    CoordinatorError(.invalidRequest, message)
  }
}
