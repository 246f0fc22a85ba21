internal import VarveBase
package import VarveProtocol

/// Members of the classic protocol in a consumer group, while its processes change to the consumer
/// protocol one after the other (KIP-848). Nobody waits for the others: a join is answered with the
/// member's epoch as its generation, a sync with what it has, and a heartbeat tells it to join
/// again when it has to give up, or can get, partitions.
extension ConsumerGroup {
  /// Joins the group, or takes the next step towards the member's share of the target assignment.
  ///
  /// Throws as Kafka answers: `INVALID_SESSION_TIMEOUT`, `INCONSISTENT_GROUP_PROTOCOL`,
  /// `GROUP_MAX_SIZE_REACHED`, `UNKNOWN_MEMBER_ID`, `FENCED_INSTANCE_ID`.
  package mutating func join(
    _ request: JoinGroupRequest, version: Int16, by caller: Caller, topics: TopicsImage,
    settings: GroupSettings
  ) throws(CoordinatorError) -> GroupDecision<JoinGroupResponse?> {
    let subscription = try validate(request, settings)
    let id = request.memberID.isEmpty ? caller.newMemberID : request.memberID
    let sender = try sender(of: request, id: id)
    try checkRoom(for: sender, settings)
    if version >= 4, request.memberID.isEmpty, request.groupInstanceID == nil {
      var response = JoinGroupResponse()
      response.errorCode = .memberIDRequired
      response.memberID = id
      return GroupDecision(response)
    }
    var updated = sender.member
    updated.update(from: request, subscription, caller)
    var records: [GroupRecord] = []
    let owned = PartitionsByTopic(
      subscription.ownedPartitions.map { ($0.topic, $0.partitions) }, in: topics)
    step(
      updated, from: sender, owned: owned, topics: topics, now: caller.now, settings,
      into: &records)
    let member = state.members[id] ?? updated
    stopTimeouts(of: id)
    startSession(of: member, at: caller.now, settings: settings)
    deadlines.set(.sync(id), at: caller.now.uptime + Int64(max(member.rebalanceTimeout, 0)))
    let spokeConsumer = sender.member.classicMetadata == nil
    if spokeConsumer, !sender.isNew || sender.replaced != nil {
      noteIfLeftToClassic(without: [], settings)
    }
    return GroupDecision(reply(to: member), records: records)
  }

  /// Tells the member what it has.
  ///
  /// Throws `UNKNOWN_MEMBER_ID`, `FENCED_INSTANCE_ID`, `ILLEGAL_GENERATION`,
  /// `INCONSISTENT_GROUP_PROTOCOL`; where it has to join again, that is in the response.
  package mutating func sync(
    _ request: SyncGroupRequest, by caller: Caller, topics: TopicsImage, settings: GroupSettings
  ) throws(CoordinatorError) -> GroupDecision<SyncGroupResponse?> {
    let member = try classicMember(
      request.memberID, instanceID: request.groupInstanceID, generation: request.generationID)
    try checkProtocol(of: request, member)
    var response = SyncGroupResponse()
    if state.epoch > member.epoch, member.state != .unrevokedPartitions {
      startJoinTimeout(of: member, at: caller.now)
      response.errorCode = .rebalanceInProgress
      return GroupDecision(response)
    }
    deadlines.set(.sync(member.id), at: nil)
    startSession(of: member, at: caller.now, settings: settings)
    response.protocolType = request.protocolType
    response.protocolName = request.protocolName
    let metadata = member.classicMetadata?.supportedProtocols.first?.metadata
    response.assignment = member.assigned.consumerAssignment(
      version: ConsumerProtocolFrame.version(of: metadata), topics)
    return GroupDecision(response)
  }

  /// Keeps the member's session, and tells it to join again where its assignment is to change.
  ///
  /// Throws `UNKNOWN_MEMBER_ID`, `FENCED_INSTANCE_ID`, `ILLEGAL_GENERATION`.
  package mutating func heartbeat(
    _ request: HeartbeatRequest, by caller: Caller, topics: TopicsImage, settings: GroupSettings
  ) throws(CoordinatorError) -> GroupDecision<HeartbeatResponse> {
    let member = try classicMember(
      request.memberID, instanceID: request.groupInstanceID, generation: request.generationID)
    startSession(of: member, at: caller.now, settings: settings)
    var decision = GroupDecision(HeartbeatResponse())
    lookAtTopics(topics, now: caller.now, into: &decision.records)
    if mustJoinAgain(member) {
      decision.reply.errorCode = .rebalanceInProgress
      startJoinTimeout(of: member, at: caller.now)
    }
    return decision
  }

  /// It is behind the group, has something to give up, or what it waits for is free now.
  private func mustJoinAgain(_ member: ConsumerGroupMember) -> Bool {
    if member.epoch < state.epoch { return true }
    switch member.state {
    case .stable: return false
    case .unrevokedPartitions: return true
    case .unreleasedPartitions:
      let missing = (state.targets[member.id] ?? PartitionsByTopic()).subtracting(member.assigned)
      return missing.filter { !state.owners.isFree($0, $1, for: member.id) }.isEmpty
    }
  }

  /// Counts from when the member was first told that it has to join again.
  private mutating func startJoinTimeout(of member: ConsumerGroupMember, at now: Moment) {
    guard !deadlines.isSet(.join(member.id)) else { return }
    deadlines.set(.join(member.id), at: now.uptime + Int64(max(member.rebalanceTimeout, 0)))
  }

  private func reply(to member: ConsumerGroupMember) -> JoinGroupResponse {
    var response = JoinGroupResponse()
    response.memberID = member.id
    response.generationID = member.epoch
    response.protocolType = ConsumerProtocolFrame.protocolType
    response.protocolName = member.classicMetadata?.supportedProtocols.first?.name
    return response
  }
}

// MARK: - Who asks, and whether it may

extension ConsumerGroup {
  /// An instance that joins without a name takes the place of the member that has the instance.
  private func sender(
    of request: JoinGroupRequest, id: String
  ) throws(CoordinatorError) -> Sender {
    guard let instance = request.groupInstanceID else { return joiningMember(id) }
    guard request.memberID.isEmpty else {
      return Sender(member: try knownMember(id, instanceID: instance))
    }
    guard let holder = state.staticMembers[instance].flatMap({ state.members[$0] }) else {
      return joiningMember(id)
    }
    return Sender(
      member: ConsumerGroupMember(id: id, replacing: holder), isNew: true, replaced: holder)
  }

  private func classicMember(
    _ id: String, instanceID: String?, generation: Int32
  ) throws(CoordinatorError) -> ConsumerGroupMember {
    let member = try knownMember(id, instanceID: instanceID)
    guard member.classicMetadata != nil else {
      throw CoordinatorError(
        .unknownMemberID,
        "member \(id) of group \(state.groupID) does not use the classic protocol")
    }
    guard member.epoch == generation else {
      throw CoordinatorError(
        .illegalGeneration,
        "member \(id) of group \(state.groupID) is at epoch \(member.epoch), not \(generation)")
    }
    return member
  }

  private func checkProtocol(
    of request: SyncGroupRequest, _ member: ConsumerGroupMember
  ) throws(CoordinatorError) {
    let name = member.classicMetadata?.supportedProtocols.first?.name
    let type = ConsumerProtocolFrame.protocolType
    guard request.protocolType ?? type == type,
      request.protocolName == nil || request.protocolName == name
    else {
      throw CoordinatorError(
        .inconsistentGroupProtocol,
        """
        member \(member.id) of group \(state.groupID) joined with '\(name ?? "")' of type \
        '\(type)', and cannot sync with '\(request.protocolName ?? "")' of type \
        '\(request.protocolType ?? "")'
        """)
    }
  }

  /// What the member subscribes to; all its protocols say the same.
  private func validate(
    _ request: JoinGroupRequest, _ settings: GroupSettings
  ) throws(CoordinatorError) -> ConsumerProtocolSubscription {
    try settings.validateSession(of: request)
    let classic = state.members.values.compactMap(\.classicMetadata)
    let isSupported = request.protocols.contains { offered in
      classic.allSatisfy { $0.supportedProtocols.contains { $0.name == offered.name } }
    }
    guard request.protocolType == ConsumerProtocolFrame.protocolType, isSupported,
      let metadata = request.protocols.first?.metadata
    else {
      throw CoordinatorError(
        .inconsistentGroupProtocol,
        """
        protocols \(request.protocols.map(\.name)) of type '\(request.protocolType)' share none \
        with the members of consumer group \(state.groupID)
        """)
    }
    do throws(WireError) { return try ConsumerProtocolFrame.subscription(metadata) } catch {
      throw CoordinatorError(
        .inconsistentGroupProtocol,
        "the subscription of a member that joins group \(state.groupID) is malformed: \(error)")
    }
  }
}

extension ConsumerGroupMember {
  fileprivate mutating func update(
    from request: JoinGroupRequest, _ subscription: ConsumerProtocolSubscription, _ caller: Caller
  ) {
    if let instance = request.groupInstanceID { instanceID = instance }
    if let rack = subscription.rackID { rackID = rack }
    // Version 0 of the request has no rebalance timeout; there the session's stands for it.
    rebalanceTimeout =
      request.rebalanceTimeoutMilliseconds >= 0
      ? request.rebalanceTimeoutMilliseconds : request.sessionTimeoutMilliseconds
    subscribedTopicNames = Set(subscription.topics).sorted()
    subscribedPattern = nil
    clientID = caller.clientID
    clientHost = caller.host
    classicMetadata = .init(
      sessionTimeout: request.sessionTimeoutMilliseconds, protocols: request.protocols)
  }
}
