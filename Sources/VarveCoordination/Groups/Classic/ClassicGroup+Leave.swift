internal import VarveBase
package import VarveProtocol

extension ClassicGroup {
  /// Takes members out at their wish, or at an administrator's, who names instances alone.
  ///
  /// Before version 3 a request is of one member, and its error that of the whole response.
  package mutating func leave(
    _ request: LeaveGroupRequest, version: Int16, by caller: Caller
  ) throws(CoordinatorError) -> GroupDecision<LeaveGroupResponse> {
    guard state != .dead else {
      throw refuse(.coordinatorNotAvailable, "it is being deleted; try again")
    }
    var step = ClassicStep(at: caller.now)
    let left = request.leaving(version: version).map { leaving in
      var left = LeaveGroupResponse.Member()
      left.memberID = leaving.memberID
      left.groupInstanceID = leaving.groupInstanceID
      left.errorCode = leave(leaving, step: &step)
      return left
    }
    if left.contains(where: { $0.errorCode == .none }) { membersLeft(step: &step) }
    return step.decision(LeaveGroupResponse(left, version: version))
  }

  private mutating func leave(
    _ leaving: LeaveGroupRequest.Member, step: inout ClassicStep
  ) -> ErrorCode {
    var id = leaving.memberID
    if id.isEmpty {
      guard let instance = leaving.groupInstanceID,
        let member = members.memberID(ofInstance: instance)
      else { return .unknownMemberID }
      id = member
    } else if pendingJoins.remove(id) != nil {
      timers.set(.member(id), at: nil)
      return .none
    }
    do throws(CoordinatorError) {
      try validateMember(id, instanceID: leaving.groupInstanceID)
    } catch {
      return error.code
    }
    drop(id, answering: .unknownMemberID, step: &step)
    return .none
  }

  /// What happens once members are out: the others divide what they had.
  private mutating func membersLeft(step: inout ClassicStep) {
    switch state {
    case .stable, .completingRebalance: rebalance(step: &step)
    case .preparingRebalance: completeJoinIfAllJoined(step: &step)
    case .empty, .dead: break
    }
  }
}

// MARK: - Members that time out

extension ClassicGroup {
  /// Does what is due: puts out members that were not heard of, and ends waiting for joins and
  /// syncs.
  package mutating func expire(at now: Moment) -> GroupDecision<Void> {
    var step = ClassicStep(at: now)
    while let timer = timers.popDue(by: now.uptime) {
      switch timer {
      case .join: joinTimedOut(step: &step)
      case .sync: syncTimedOut(step: &step)
      case .member(let id): sessionTimedOut(of: id, step: &step)
      }
    }
    return step.decision
  }

  private mutating func sessionTimedOut(of memberID: String, step: inout ClassicStep) {
    if pendingJoins.remove(memberID) != nil { return completeJoinIfAllJoined(step: &step) }
    guard let member = members[memberID] else { return }
    // Members that wait for an answer send no heartbeats; their sessions begin with it.
    let isWaiting = waitingJoins[memberID] != nil || waitingSyncs[memberID] != nil
    if isWaiting, !member.isNew { return }
    drop(memberID, answering: .unknownMemberID, step: &step)
    membersLeft(step: &step)
  }

  private mutating func syncTimedOut(step: inout ClassicStep) {
    guard state == .completingRebalance || state == .stable, !pendingSyncs.isEmpty else { return }
    for id in pendingSyncs.sorted() { drop(id, answering: .unknownMemberID, step: &step) }
    rebalance(step: &step)
  }
}

// MARK: - Versions of the request

extension LeaveGroupRequest {
  /// Who leaves. Before version 3 a request is of one member.
  func leaving(version: Int16) -> [Member] {
    guard version < 3 else { return members }
    var member = Member()
    member.memberID = memberID
    return [member]
  }
}

extension LeaveGroupResponse {
  /// Before version 3 the error of the one member is that of the whole response.
  init(_ members: [Member], version: Int16) {
    self.init()
    if version < 3 {
      errorCode = members.first?.errorCode ?? .none
    } else {
      self.members = members
    }
  }
}
