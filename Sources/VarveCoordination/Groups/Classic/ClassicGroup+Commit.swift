internal import VarveBase

extension ClassicGroup {
  /// Whether these may commit offsets: a member of the current generation, or anybody without a
  /// generation while the group is empty.
  ///
  /// A transaction may come from older clients, which do not say who they are.
  package func validateCommit(
    memberID: String, generation given: Int32, instanceID: String?, isTransactional: Bool = false
  ) throws(CoordinatorError) {
    guard state != .dead else {
      throw refuse(.coordinatorNotAvailable, "it is being deleted; try again")
    }
    if given < 0, state == .empty { return }
    if given >= 0 || !memberID.isEmpty || instanceID != nil {
      try validateMember(memberID, instanceID: instanceID)
      try validateGeneration(given, of: memberID)
    } else if !isTransactional {
      throw refuse(
        .unknownMemberID,
        "it has members; who is none may commit only while it is empty")
    }
    if !isTransactional, state == .completingRebalance {
      throw refuse(.rebalanceInProgress, "it rebalances; join again before committing")
    }
  }

  /// A commit shows that the member is alive, as a heartbeat does.
  package mutating func sawCommit(of memberID: String, at now: Moment) {
    guard state == .stable || state == .preparingRebalance else { return }
    restartSession(of: memberID, at: now)
  }

  /// Refuses to delete the offsets of a group with members that is not of consumers. Of a group of
  /// consumers, the offsets of topics that nobody subscribes to may go.
  package func validateOffsetDelete() throws(CoordinatorError) {
    switch state {
    case .empty: return
    case .dead: throw refuse(.groupIDNotFound, "it is deleted")
    case .preparingRebalance, .completingRebalance, .stable:
      guard protocolType == ConsumerProtocolFrame.protocolType else {
        throw refuse(.nonEmptyGroup, "it has \(members.count) members; stop them first")
      }
    }
  }
}
