internal import VarveBase
package import VarveProtocol

extension GroupCoordinator {
  /// Commits offsets in the name of a member, or of nobody (a negative epoch) while the group has
  /// no members. All partitions of a request are one decision.
  ///
  /// Throws `GROUP_ID_NOT_FOUND`, `UNKNOWN_MEMBER_ID`, `ILLEGAL_GENERATION`, `STALE_MEMBER_EPOCH`,
  /// `FENCED_INSTANCE_ID`, `REBALANCE_IN_PROGRESS`; before version 9 of the request, what clients
  /// of that time understand instead of the first and the fourth.
  package mutating func offsetCommit(
    _ request: OffsetCommitRequest, version: Int16, by caller: Caller
  ) throws(CoordinatorError) -> GroupDecision<OffsetCommitResponse> {
    let id = request.groupID
    try checkCommitsOffsets(id)
    do throws(CoordinatorError) {
      try checkCommit(
        group: id, member: request.memberID, epoch: request.generationIDOrMemberEpoch,
        instance: request.groupInstanceID, isTransactional: false)
      try checkVersion(version, of: request)
    } catch {
      throw version >= 9
        ? error
        : error.replacing([
          .groupIDNotFound: .illegalGeneration, .staleMemberEpoch: .unsupportedVersion,
        ])
    }
    let decision = offsets.commit(request, topics: topics, at: caller.now.wallClock)
    if case .classic(var group)? = groups[id] {
      groups[id] = nil
      group.sawCommit(of: request.memberID, at: caller.now)
      keep(.classic(group), as: id)
    }
    if !decision.records.isEmpty { keepOffsetsOnly(id, at: caller.now.wallClock) }
    return decision
  }

  /// Commits offsets as part of a producer's transaction. The decision's records belong into a
  /// transactional batch of the producer.
  ///
  /// Throws as ``offsetCommit(_:version:by:)``, but `ILLEGAL_GENERATION` where the group or the
  /// member's epoch is not there.
  package mutating func txnOffsetCommit(
    _ request: TxnOffsetCommitRequest, by caller: Caller
  ) throws(CoordinatorError) -> GroupDecision<TxnOffsetCommitResponse> {
    try checkGroupID(request.groupID)
    try checkCommitsOffsets(request.groupID)
    do throws(CoordinatorError) {
      try checkCommit(
        group: request.groupID, member: request.memberID, epoch: request.generationID,
        instance: request.groupInstanceID, isTransactional: true)
    } catch {
      throw error.replacing([
        .groupIDNotFound: .illegalGeneration, .staleMemberEpoch: .illegalGeneration,
      ])
    }
    let decision = offsets.commit(request, topics: topics, at: caller.now.wallClock)
    if !decision.records.isEmpty { keepOffsetsOnly(request.groupID, at: caller.now.wallClock) }
    return decision
  }

  /// Members of the consumer protocol know version 9 and later.
  private func checkVersion(
    _ version: Int16, of request: OffsetCommitRequest
  ) throws(CoordinatorError) {
    guard version < 9, case .consumer(let group)? = groups[request.groupID],
      let member = group.state.members[request.memberID], member.classicMetadata == nil
    else { return }
    throw CoordinatorError(
      .unsupportedVersion,
      "member \(member.id) of group \(request.groupID) must commit with version 9 or later")
  }

  /// The records that a commit would make if nothing refused it, for a shell that has to know how
  /// large they are.
  package func records(of request: OffsetCommitRequest, at now: Moment) -> [GroupRecord] {
    var scratch = CommittedOffsets(settings: settings)
    return scratch.commit(request, topics: topics, at: now.wallClock).records
  }

  package func records(of request: TxnOffsetCommitRequest, at now: Moment) -> [GroupRecord] {
    var scratch = CommittedOffsets(settings: settings)
    return scratch.commit(request, topics: topics, at: now.wallClock).records
  }

  private func checkCommit(
    group id: String, member: String, epoch: Int32, instance: String?, isTransactional: Bool
  ) throws(CoordinatorError) {
    switch groups[id] {
    case .classic(let group)?:
      try group.validateCommit(
        memberID: member, generation: epoch, instanceID: instance,
        isTransactional: isTransactional)
    case .consumer(let group)?:
      try group.validateCommit(
        memberID: member, memberEpoch: epoch, instanceID: instance,
        isTransactional: isTransactional)
    case .share?, nil:
      guard epoch < 0 else { throw notFound(id) }
    }
  }

  /// A share group's offsets are no consumer's: in every version of a request it is not to be
  /// found.
  private func checkCommitsOffsets(_ id: String) throws(CoordinatorError) {
    if groups[id]?.kind == .share { throw notFound(id, "there is no consumer group") }
  }

  /// What a group has committed; nothing where there is no such group.
  ///
  /// A member that names itself gets `UNKNOWN_MEMBER_ID` or `STALE_MEMBER_EPOCH` as the group's
  /// error where it is not what it says.
  package func offsetFetch(
    _ request: OffsetFetchRequest.Group, requiresStable: Bool
  ) -> OffsetFetchResponse.Group {
    if case .consumer(let group)? = groups[request.groupID] {
      do throws(CoordinatorError) {
        try group.validateFetch(memberID: request.memberID, memberEpoch: request.memberEpoch)
      } catch {
        var refused = OffsetFetchResponse.Group()
        refused.groupID = request.groupID
        refused.errorCode = error.code
        return refused
      }
    }
    return offsets.fetch(request, topics: topics, requiresStable: requiresStable)
  }

  /// Forgets what a group committed for some partitions.
  ///
  /// Throws `GROUP_ID_NOT_FOUND`; `NON_EMPTY_GROUP` where the group has members whose subscriptions
  /// cannot be known.
  package mutating func offsetDelete(
    _ request: OffsetDeleteRequest
  ) throws(CoordinatorError) -> GroupDecision<OffsetDeleteResponse> {
    try checkGroupID(request.groupID)
    guard let group = groups[request.groupID] else { throw notFound(request.groupID) }
    try checkCommitsOffsets(request.groupID)
    if case .classic(let group) = group { try group.validateOffsetDelete() }
    return offsets.delete(request, topics: topics) { group.isSubscribed(to: $0) }
  }
}

extension CoordinatorError {
  /// The same, with the code that a client of an older protocol understands.
  fileprivate func replacing(_ codes: [ErrorCode: ErrorCode]) -> CoordinatorError {
    CoordinatorError(codes[code] ?? code, message)
  }
}
