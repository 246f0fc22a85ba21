internal import VarveBase
package import VarveProtocol

extension GroupCoordinator {
  /// As ``ConsumerGroup/heartbeat(_:_:topics:settings:)``. Who joins makes the group, also in the
  /// place of a classic one without members, whose offsets stay.
  ///
  /// Throws `GROUP_ID_NOT_FOUND` where there is no such group to keep up with, or one of the
  /// classic protocol that has members.
  package mutating func consumerGroupHeartbeat(
    _ request: ConsumerGroupHeartbeatRequest, by caller: Caller
  ) throws(CoordinatorError) -> GroupDecision<ConsumerGroupHeartbeatResponse> {
    let id = request.groupID
    if case .consumer(var group)? = groups[id] {
      groups[id] = nil
      defer { keep(.consumer(group), as: id) }
      return try group.heartbeat(request, caller, topics: topics, settings: settings)
    }
    if request.memberEpoch != 0, !id.isEmpty { throw notFound(id, "there is no consumer group") }
    var group = ConsumerGroup(groupID: id)
    var decision = try group.heartbeat(request, caller, topics: topics, settings: settings)
    if case .classic(var former)? = groups[id] {
      guard former.state == .empty else {
        throw notFound(id, "members of the classic protocol are in group")
      }
      decision.records = try former.delete(at: caller.now).records + decision.records
    }
    keep(.consumer(group), as: id)
    return decision
  }

  /// As ``ClassicGroup/join(_:version:by:)``. Who is new makes the group, also in the place of a
  /// consumer group without members, whose offsets stay.
  ///
  /// Throws `INVALID_GROUP_ID`, `UNKNOWN_MEMBER_ID`, and `INCONSISTENT_GROUP_PROTOCOL` where a
  /// consumer group has members.
  package mutating func joinGroup(
    _ request: JoinGroupRequest, version: Int16, by caller: Caller
  ) throws(CoordinatorError) -> GroupDecision<JoinGroupResponse?> {
    try checkGroupID(request.groupID)
    let id = request.groupID
    if case .classic? = groups[id] {
      return try inClassicGroup(id) { group throws(CoordinatorError) in
        try group.join(request, version: version, by: caller)
      }
    }
    var former: [GroupRecord] = []
    if case .consumer(let group)? = groups[id] {
      guard group.state.members.isEmpty else {
        throw CoordinatorError(
          .inconsistentGroupProtocol,
          "group '\(id)' is used by members of the consumer protocol; join it with that, or wait "
            + "until they have left")
      }
      former = group.state.tombstones()
    }
    guard request.memberID.isEmpty else {
      throw CoordinatorError(
        .unknownMemberID, "group '\(id)' has no member \(request.memberID); join without a name")
    }
    var group = ClassicGroup(id: id, settings: settings, at: caller.now)
    var decision = try group.join(request, version: version, by: caller)
    decision.records = former + decision.records
    keep(.classic(group), as: id)
    return decision
  }

  package mutating func syncGroup(
    _ request: SyncGroupRequest, by caller: Caller
  ) throws(CoordinatorError) -> GroupDecision<SyncGroupResponse?> {
    try checkGroupID(request.groupID)
    return try inClassicGroup(request.groupID) { group throws(CoordinatorError) in
      try group.sync(request, by: caller)
    }
  }

  package mutating func heartbeat(
    _ request: HeartbeatRequest, by caller: Caller
  ) throws(CoordinatorError) -> GroupDecision<HeartbeatResponse> {
    try checkGroupID(request.groupID)
    return try inClassicGroup(request.groupID) { group throws(CoordinatorError) in
      try group.heartbeat(request, by: caller)
    }
  }

  package mutating func leaveGroup(
    _ request: LeaveGroupRequest, version: Int16, by caller: Caller
  ) throws(CoordinatorError) -> GroupDecision<LeaveGroupResponse> {
    try checkGroupID(request.groupID)
    return try inClassicGroup(request.groupID) { group throws(CoordinatorError) in
      try group.leave(request, version: version, by: caller)
    }
  }
}
