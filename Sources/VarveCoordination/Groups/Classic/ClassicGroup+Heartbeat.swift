internal import VarveBase
package import VarveProtocol

extension ClassicGroup {
  /// Keeps the member's session, and tells it of a rebalance that it has to join.
  package mutating func heartbeat(
    _ request: HeartbeatRequest, by caller: Caller
  ) throws(CoordinatorError) -> GroupDecision<HeartbeatResponse> {
    try validateMember(request.memberID, instanceID: request.groupInstanceID)
    try validateGeneration(request.generationID, of: request.memberID)
    restartSession(of: request.memberID, at: caller.now)
    var response = HeartbeatResponse()
    if state == .preparingRebalance { response.errorCode = .rebalanceInProgress }
    return Decision(response)
  }
}
