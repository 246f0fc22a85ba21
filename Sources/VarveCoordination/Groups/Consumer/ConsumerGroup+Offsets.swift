internal import VarveBase

/// Whether offsets may be committed and fetched in the group's name.
extension ConsumerGroup {
  /// A commit is taken from a member at its present epoch, and from anyone (a negative epoch) while
  /// the group is empty, as administration tools do. A transaction may come from clients that do
  /// not say who they are.
  ///
  /// Throws `UNKNOWN_MEMBER_ID`, `STALE_MEMBER_EPOCH`; of a classic member, `ILLEGAL_GENERATION`.
  package func validateCommit(
    memberID: String, memberEpoch: Int32, instanceID: String? = nil, isTransactional: Bool = false
  ) throws(CoordinatorError) {
    if memberEpoch < 0, state.members.isEmpty { return }
    if isTransactional, memberEpoch == -1, memberID.isEmpty, instanceID == nil { return }
    try checkEpoch(of: memberID, memberEpoch)
  }

  /// A fetch that names no member (a negative epoch) is always taken.
  ///
  /// Throws `UNKNOWN_MEMBER_ID`, `STALE_MEMBER_EPOCH`; of a classic member, `ILLEGAL_GENERATION`.
  package func validateFetch(
    memberID: String?, memberEpoch: Int32
  ) throws(CoordinatorError) {
    if memberID == nil, memberEpoch < 0 { return }
    try checkEpoch(of: memberID ?? "", memberEpoch)
  }

  private func checkEpoch(of id: String, _ epoch: Int32) throws(CoordinatorError) {
    let member = try knownMember(id, instanceID: nil)
    guard epoch != member.epoch else { return }
    throw CoordinatorError(
      member.classicMetadata == nil ? .staleMemberEpoch : .illegalGeneration,
      "member \(id) of group \(state.groupID) is at epoch \(member.epoch), not \(epoch)")
  }
}
