internal import VarveBase
internal import VarveProtocol

extension ClassicGroup {
  /// Somebody came, changed or went: a rebalance starts, or the one that is going on may complete.
  mutating func rebalance(step: inout ClassicStep) {
    guard state.startsRebalance else { return completeJoinIfAllJoined(step: &step) }
    if state == .completingRebalance {
      for id in members.all.map(\.id) {
        answerSync(of: id, failing: .rebalanceInProgress, step: &step)
      }
    }
    pendingSyncs = []
    timers.set(.sync, at: nil)
    let wasEmpty = state == .empty
    enter(.preparingRebalance, at: step.now)
    if wasEmpty {
      startInitialDelay(at: step.now)
    } else if hasEverybodyJoined {
      completeJoin(step: &step)
    } else {
      scheduleJoinTimeout(at: step.now)
    }
  }

  private var hasEverybodyJoined: Bool {
    waitingJoins.count == members.count && pendingJoins.isEmpty
  }

  /// The first rebalance of an empty group completes by time alone.
  mutating func completeJoinIfAllJoined(step: inout ClassicStep) {
    guard state == .preparingRebalance, initialDelay == nil, hasEverybodyJoined else { return }
    completeJoin(step: &step)
  }

  /// As long as the slowest member says that it needs.
  private var rebalanceTimeout: Int64 {
    Int64(members.all.map(\.rebalanceTimeout).max() ?? 0)
  }

  mutating func scheduleJoinTimeout(at now: Moment) {
    timers.set(.join, at: now.uptime + rebalanceTimeout)
  }

  private mutating func startInitialDelay(at now: Moment) {
    let period = Int64(settings.classicInitialRebalanceDelay)
    initialDelay = InitialDelay(period: period, remaining: max(rebalanceTimeout - period, 0))
    timers.set(.join, at: now.uptime + period)
  }

  /// The rebalance has waited as long as it may.
  mutating func joinTimedOut(step: inout ClassicStep) {
    guard state == .preparingRebalance else { return }
    guard let delay = initialDelay, delay.sawNewMember, delay.remaining > 0 else {
      return completeJoin(step: &step)
    }
    let period = min(Int64(settings.classicInitialRebalanceDelay), delay.remaining)
    initialDelay = InitialDelay(
      period: period, remaining: max(delay.remaining - delay.period, 0))
    timers.set(.join, at: step.now.uptime + period)
  }

  /// The members that have joined are the next generation. Static ones stay in it for as long as
  /// their sessions last, joined or not.
  private mutating func completeJoin(step: inout ClassicStep) {
    timers.set(.join, at: nil)
    for member in members.all where member.instanceID == nil && waitingJoins[member.id] == nil {
      drop(member.id, answering: .unknownMemberID, step: &step)
    }
    if !members.isEmpty, !electJoinedLeader() {
      // Nobody has joined; only static members are left, until their sessions end.
      return scheduleJoinTimeout(at: step.now)
    }
    initialDelay = nil
    // What is stored may have the last one that there can be; a negative one means none.
    generation = generation < .max ? generation + 1 : 1
    guard !members.isEmpty else { return completeEmpty(step: &step) }
    protocolName = members.electedProtocol()
    enter(.completingRebalance, at: step.now)
    let ids = members.all.map(\.id)
    for id in ids {
      if let request = waitingJoins.removeValue(forKey: id) {
        step.effects.append(.join(request, .success(generationAsSeen(by: id))))
      }
      members.setKnown(id)
      restartSession(of: id, at: step.now)
    }
    pendingSyncs = Set(ids)
    timers.set(.sync, at: step.now.uptime + rebalanceTimeout)
  }

  private mutating func completeEmpty(step: inout ClassicStep) {
    protocolName = nil
    leader = nil
    enter(.empty, at: step.now)
    emit(record(assignments: [:]), into: &step)
  }

  /// A leader that has not joined cannot assign: another takes its place.
  private mutating func electJoinedLeader() -> Bool {
    if let leader, waitingJoins[leader] != nil { return true }
    guard let joined = members.all.first(where: { waitingJoins[$0.id] != nil }) else {
      return false
    }
    leader = joined.id
    return true
  }

  /// The current generation, with everybody's subscription for its leader.
  func generationAsSeen(by memberID: String) -> JoinGroupResponse {
    var response = JoinGroupResponse()
    response.generationID = generation
    response.protocolType = protocolType
    response.protocolName = protocolName
    response.leader = leader ?? ""
    response.memberID = memberID
    guard leader == memberID else { return response }
    response.members = members.all.map { member in
      var described = JoinGroupResponse.Member()
      described.memberID = member.id
      described.groupInstanceID = member.instanceID
      described.metadata = member.metadata(of: protocolName)
      return described
    }
    return response
  }
}

// MARK: - Members that wait

extension ClassicGroup {
  /// A request that the member repeats takes the place of the one before.
  mutating func waitJoin(_ memberID: String, _ request: RequestID, step: inout ClassicStep) {
    answerJoin(of: memberID, failing: .rebalanceInProgress, step: &step)
    waitingJoins[memberID] = request
  }

  mutating func answerJoin(
    of memberID: String, failing code: ErrorCode, step: inout ClassicStep
  ) {
    guard let request = waitingJoins.removeValue(forKey: memberID) else { return }
    step.effects.append(.join(request, .failure(refusal(code, of: memberID))))
  }

  mutating func answerSync(
    of memberID: String, failing code: ErrorCode, step: inout ClassicStep
  ) {
    guard let request = waitingSyncs.removeValue(forKey: memberID) else { return }
    step.effects.append(.sync(request, .failure(refusal(code, of: memberID))))
    restartSession(of: memberID, at: step.now)
  }

  private func refusal(_ code: ErrorCode, of memberID: String) -> CoordinatorError {
    switch code {
    case .fencedInstanceID: refuse(code, "another took the place of static member \(memberID)")
    case .rebalanceInProgress: refuse(code, "it rebalances; member \(memberID) has to join again")
    default: refuse(code, "member \(memberID) is no longer in it; join again")
    }
  }

  mutating func restartSession(of memberID: String, at now: Moment) {
    guard let member = members[memberID] else { return }
    timers.set(.member(memberID), at: now.uptime + Int64(member.sessionTimeout))
  }

  /// Takes a member out, without starting a rebalance.
  mutating func drop(
    _ memberID: String, answering code: ErrorCode, step: inout ClassicStep
  ) {
    answerJoin(of: memberID, failing: code, step: &step)
    answerSync(of: memberID, failing: code, step: &step)
    members.remove(memberID)
    pendingSyncs.remove(memberID)
    timers.set(.member(memberID), at: nil)
    if leader == memberID { leader = members.all.first?.id }
  }
}
