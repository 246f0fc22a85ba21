internal import VarveBase
package import VarveProtocol

extension ClassicGroup {
  /// Asks for the member's assignment. Without a reply, it waits for the leader, whose own request
  /// brings everybody's.
  package mutating func sync(
    _ request: SyncGroupRequest, by caller: Caller
  ) throws(CoordinatorError) -> GroupDecision<SyncGroupResponse?> {
    try validate(request)
    let id = request.memberID
    var step = ClassicStep(at: caller.now)
    switch state {
    case .preparingRebalance:
      var response = SyncGroupResponse()
      response.errorCode = .rebalanceInProgress
      return step.decision(response)
    case .completingRebalance:
      answerSync(of: id, failing: .rebalanceInProgress, step: &step)
      waitingSyncs[id] = caller.request
      hasSynced(id)
      if leader == id { assign(request.assignments, step: &step) }
    case .stable:
      hasSynced(id)
      restartSession(of: id, at: caller.now)
      return step.decision(assignment(of: id))
    case .empty, .dead:
      throw refuse(.unknownMemberID, "no member \(id); join again")
    }
    let reply = step.takeSync(caller.request)
    return step.decision(reply)
  }

  private func validate(_ request: SyncGroupRequest) throws(CoordinatorError) {
    try validateMember(request.memberID, instanceID: request.groupInstanceID)
    try validateGeneration(request.generationID, of: request.memberID)
    if let type = request.protocolType, type != protocolType {
      throw refuse(
        .inconsistentGroupProtocol,
        "its protocol type is '\(protocolType ?? "")', not '\(type)'")
    }
    if let name = request.protocolName, name != protocolName {
      throw refuse(
        .inconsistentGroupProtocol,
        "generation \(generation) works with '\(protocolName ?? "")', not '\(name)'")
    }
  }

  private mutating func hasSynced(_ memberID: String) {
    pendingSyncs.remove(memberID)
    if pendingSyncs.isEmpty { timers.set(.sync, at: nil) }
  }

  /// Stores the leader's assignment and tells everybody that waits.
  private mutating func assign(
    _ assignments: [SyncGroupRequest.Assignment], step: inout ClassicStep
  ) {
    let byMember = Dictionary(
      assignments.map { ($0.memberID, $0.assignment) }, uniquingKeysWith: { _, last in last })
    emit(record(assignments: byMember), into: &step)
    enter(.stable, at: step.now)
    for member in members.all {
      guard let request = waitingSyncs.removeValue(forKey: member.id) else { continue }
      step.effects.append(.sync(request, .success(assignment(of: member.id))))
      restartSession(of: member.id, at: step.now)
    }
  }

  private func assignment(of memberID: String) -> SyncGroupResponse {
    var response = SyncGroupResponse()
    response.protocolType = protocolType
    response.protocolName = protocolName
    response.assignment = members[memberID]?.assignment ?? ByteSlice()
    return response
  }
}
