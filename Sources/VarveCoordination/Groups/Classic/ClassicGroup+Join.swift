internal import VarveBase
package import VarveProtocol

extension ClassicGroup {
  /// Joins the next generation. Without a reply, the member waits for the others to join.
  ///
  /// A new member is told its name first, with `MEMBER_ID_REQUIRED`, from version 4 of the request
  /// (KIP-394); the leader of a generation that stays is told not to assign again, from version 9
  /// (KIP-814).
  ///
  /// Throws what concerns the request: a session timeout outside of the limits, a member or an
  /// instance that is not of this group (any more), protocols that not all members share.
  package mutating func join(
    _ request: JoinGroupRequest, version: Int16, by caller: Caller
  ) throws(CoordinatorError) -> GroupDecision<JoinGroupResponse?> {
    try validate(request)
    let known = memberID(of: request)
    var step = ClassicStep(at: caller.now)
    guard accepts(known) else { return turnAway(known, step: &step) }
    try validateProtocols(of: request)
    if !request.memberID.isEmpty, !pendingJoins.contains(request.memberID) {
      try validateMember(request.memberID, instanceID: request.groupInstanceID)
      rejoin(request, by: caller, step: &step)
    } else {
      if !isStored { emit(record(assignments: [:]), into: &step) }
      if let replaced = replacedMemberID(request) {
        replace(replaced, request, version: version, by: caller, step: &step)
      } else if asksForName(request, version: version) {
        return nameMember(request, by: caller, step: &step)
      } else {
        let name = request.memberID.isEmpty ? caller.newMemberID : request.memberID
        addMember(named: name, request, by: caller, step: &step)
      }
    }
    let reply = step.takeJoin(caller.request)
    return step.decision(reply)
  }

  private func validate(_ request: JoinGroupRequest) throws(CoordinatorError) {
    guard state != .dead else {
      throw refuse(.coordinatorNotAvailable, "it is being deleted; try again")
    }
    try settings.validateSession(of: request)
    if request.groupInstanceID != nil, pendingJoins.contains(request.memberID) {
      throw refuse(
        .unknownMemberID,
        "member \(request.memberID) is new and not static; an instance joins without a name")
    }
  }

  private func validateProtocols(of request: JoinGroupRequest) throws(CoordinatorError) {
    let isSupported =
      state == .empty || members.isEmpty
      || request.protocolType == protocolType
        && request.protocols.contains { members.isSupportedByAll($0.name) }
    guard isSupported, !request.protocolType.isEmpty, !request.protocols.isEmpty else {
      throw refuse(
        .inconsistentGroupProtocol,
        """
        protocols \(request.protocols.map(\.name)) of type '\(request.protocolType)' share none \
        with its members, whose type is '\(protocolType ?? "")'
        """)
    }
  }

  /// Whom the request comes from; an instance that restarted stands for the member that it was.
  private func memberID(of request: JoinGroupRequest) -> String {
    replacedMemberID(request) ?? request.memberID
  }

  private func replacedMemberID(_ request: JoinGroupRequest) -> String? {
    guard request.memberID.isEmpty, let instanceID = request.groupInstanceID else { return nil }
    return members.memberID(ofInstance: instanceID)
  }

  private func asksForName(_ request: JoinGroupRequest, version: Int16) -> Bool {
    version >= 4 && request.memberID.isEmpty && request.groupInstanceID == nil
  }
}

extension GroupSettings {
  func validateSession(of request: JoinGroupRequest) throws(CoordinatorError) {
    let limits = classicSessionTimeouts
    if limits.contains(request.sessionTimeoutMilliseconds) { return }
    throw CoordinatorError(
      .invalidSessionTimeout,
      """
      group \(request.groupID): a session timeout of \(request.sessionTimeoutMilliseconds) ms is \
      outside of \(limits.lowerBound) to \(limits.upperBound) ms (group.min.session.timeout.ms, \
      group.max.session.timeout.ms)
      """)
  }
}

// MARK: - The size of the group

extension ClassicGroup {
  /// While members join, the ones that have joined are counted, so that a group that is too large
  /// shrinks by its last ones.
  private func accepts(_ memberID: String) -> Bool {
    switch state {
    case .empty, .dead: true
    case .preparingRebalance:
      waitingJoins[memberID] != nil || waitingJoins.count < settings.classicMaxSize
    case .completingRebalance, .stable:
      members.contains(memberID) || members.count < settings.classicMaxSize
    }
  }

  private mutating func turnAway(
    _ memberID: String, step: inout ClassicStep
  ) -> GroupDecision<JoinGroupResponse?> {
    if pendingJoins.remove(memberID) != nil { timers.set(.member(memberID), at: nil) }
    if members.contains(memberID) { drop(memberID, answering: .unknownMemberID, step: &step) }
    completeJoinIfAllJoined(step: &step)
    var response = JoinGroupResponse()
    response.errorCode = .groupMaxSizeReached
    return step.decision(response)
  }
}

// MARK: - New members

extension ClassicGroup {
  private mutating func nameMember(
    _ request: JoinGroupRequest, by caller: Caller, step: inout ClassicStep
  ) -> GroupDecision<JoinGroupResponse?> {
    let name = caller.newMemberID
    pendingJoins.insert(name)
    let timeout = Int64(request.sessionTimeoutMilliseconds)
    timers.set(.member(name), at: caller.now.uptime + timeout)
    var response = JoinGroupResponse()
    response.errorCode = .memberIDRequired
    response.memberID = name
    return step.decision(response)
  }

  private mutating func addMember(
    named name: String, _ request: JoinGroupRequest, by caller: Caller, step: inout ClassicStep
  ) {
    if members.isEmpty { protocolType = request.protocolType }
    members.put(ClassicMember(id: name, joiningBy: request, caller: caller))
    pendingJoins.remove(name)
    leader = leader ?? name
    initialDelay?.sawNewMember = true
    waitJoin(name, caller.request, step: &step)
    // Its first join may wait for long, and it cannot send heartbeats without knowing its name:
    // one that went away meanwhile is found out by this timeout.
    timers.set(
      .member(name), at: step.now.uptime + Int64(settings.classicNewMemberJoinTimeout))
    rebalance(step: &step)
  }
}

// MARK: - Members that join again

extension ClassicGroup {
  private mutating func rejoin(
    _ request: JoinGroupRequest, by caller: Caller, step: inout ClassicStep
  ) {
    guard var member = members[request.memberID] else { return }
    let isSame = member.protocols == request.protocols
    let staysInGeneration =
      switch state {
      // It may have missed the answer to its join.
      case .completingRebalance: isSame
      // A leader asks for a rebalance by joining: the topics have changed, say.
      case .stable: isSame && leader != member.id
      case .empty, .preparingRebalance, .dead: false
      }
    if staysInGeneration {
      step.effects.append(.join(caller.request, .success(generationAsSeen(by: member.id))))
      return
    }
    member.update(by: request)
    members.put(member)
    waitJoin(member.id, caller.request, step: &step)
    rebalance(step: &step)
  }

  /// A static member came back without its name: it gets a new one, and what the old one had.
  private mutating func replace(
    _ oldID: String, _ request: JoinGroupRequest, version: Int16, by caller: Caller,
    step: inout ClassicStep
  ) {
    guard var member = members[oldID] else { return }
    let leaderBefore = leader
    answerJoin(of: oldID, failing: .fencedInstanceID, step: &step)
    answerSync(of: oldID, failing: .fencedInstanceID, step: &step)
    timers.set(.member(oldID), at: nil)

    member.id = caller.newMemberID
    member.update(by: request)
    members.replace(oldID, by: member)
    if leader == oldID { leader = member.id }
    if pendingSyncs.remove(oldID) != nil { pendingSyncs.insert(member.id) }
    restartSession(of: member.id, at: step.now)

    guard state == .stable, members.electedProtocol() == protocolName else {
      waitJoin(member.id, caller.request, step: &step)
      return rebalance(step: &step)
    }
    let assignments = members.all.map { ($0.id, $0.assignment) }
    emit(record(assignments: Dictionary(uniqueKeysWithValues: assignments)), into: &step)
    var response = generationAsSeen(by: member.id)
    if version >= 9 {
      response.skipsAssignment = leader == member.id
    } else {
      // Older clients would assign again if they were told that they lead.
      response.leader = leaderBefore ?? ""
      response.members = []
    }
    step.effects.append(.join(caller.request, .success(response)))
  }
}
