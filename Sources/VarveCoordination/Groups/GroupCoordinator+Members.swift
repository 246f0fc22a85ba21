internal import VarveBase
package import VarveProtocol

extension GroupCoordinator {
  /// As ``ConsumerGroup/heartbeat(_:_:topics:settings:)``. Who joins makes the group, also of a
  /// classic one: one without members goes, and its offsets stay; members become members of the
  /// consumer group, where `group.consumer.migration.policy` and their protocol allow.
  ///
  /// Throws `GROUP_ID_NOT_FOUND` where there is no such group to keep up with, or one of the
  /// classic protocol that cannot become one.
  package mutating func consumerGroupHeartbeat(
    _ request: ConsumerGroupHeartbeatRequest, by caller: Caller
  ) throws(CoordinatorError) -> GroupDecision<ConsumerGroupHeartbeatResponse> {
    let id = request.groupID
    let (topics, settings) = (topics, self.settings(of: id))
    if groups[id]?.kind == .consumer {
      return try inConsumerGroup(id, at: caller.now) { group throws(CoordinatorError) in
        try group.heartbeat(request, caller, topics: topics, settings: settings)
      }
    }
    if request.memberEpoch != 0 && !id.isEmpty || groups[id]?.kind == .share {
      throw notFound(id, "there is no consumer group")
    }
    try request.validate(settings)
    var former = GroupDecision<Void>()
    var group = ConsumerGroup(groupID: id)
    if case .classic(var classic)? = groups[id] {
      if classic.state == .empty {
        former = try classic.delete(at: caller.now)
      } else {
        (group, former) = try upgraded(classic, at: caller.now)
      }
    }
    var decision = try group.heartbeat(request, caller, topics: topics, settings: settings)
    decision.records = former.records + decision.records
    decision.effects = former.effects + decision.effects
    keep(.consumer(group), as: id)
    return decision
  }

  /// As ``ClassicGroup/join(_:version:by:)``. Who is new makes the group, also in the place of a
  /// consumer group without members, whose offsets stay; in one with members it is a member of the
  /// classic protocol.
  ///
  /// Throws `INVALID_GROUP_ID`, `UNKNOWN_MEMBER_ID`, `INCONSISTENT_GROUP_PROTOCOL`, and as
  /// ``ConsumerGroup/join(_:version:by:topics:settings:)``.
  package mutating func joinGroup(
    _ request: JoinGroupRequest, version: Int16, by caller: Caller
  ) throws(CoordinatorError) -> GroupDecision<JoinGroupResponse?> {
    try checkGroupID(request.groupID)
    let id = request.groupID
    var former: [GroupRecord] = []
    switch groups[id] {
    case .classic?:
      return try inClassicGroup(id) { group throws(CoordinatorError) in
        try group.join(request, version: version, by: caller)
      }
    case .consumer? where groups[id]?.isEmpty == false:
      let (topics, settings) = (topics, settings)
      return try inConsumerGroup(id, at: caller.now) { group throws(CoordinatorError) in
        try group.join(request, version: version, by: caller, topics: topics, settings: settings)
      }
    case .consumer(let group)?: former = group.state.tombstones()
    case .share?:
      throw CoordinatorError(
        .inconsistentGroupProtocol, "group '\(id)' is a share group; choose another name")
    case nil: break
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

  /// As ``ShareGroup/heartbeat(_:_:topics:settings:)``. Who joins makes the group.
  ///
  /// Throws `GROUP_ID_NOT_FOUND` where there is no such group to keep up with, or a group of
  /// another kind has its name: none becomes a share group, nor does one become anything else.
  package mutating func shareGroupHeartbeat(
    _ request: ShareGroupHeartbeatRequest, by caller: Caller
  ) throws(CoordinatorError) -> GroupDecision<ShareGroupHeartbeatResponse> {
    try request.validate()
    let id = request.groupID
    var group: ShareGroup
    switch groups[id] {
    case .share(let known)?: group = known
    case nil where request.memberEpoch == 0: group = ShareGroup(groupID: id)
    default: throw notFound(id, "there is no share group")
    }
    // Taken out, so that what is changed is not copied.
    let isNew = groups.removeValue(forKey: id) == nil
    do throws(CoordinatorError) {
      let decision = try group.heartbeat(
        request, caller, topics: topics, settings: settings(of: id))
      keep(.share(group), as: id)
      return decision
    } catch {
      if !isNew { keep(.share(group), as: id) }
      throw error
    }
  }

  package mutating func syncGroup(
    _ request: SyncGroupRequest, by caller: Caller
  ) throws(CoordinatorError) -> GroupDecision<SyncGroupResponse?> {
    try checkGroupID(request.groupID)
    guard groups[request.groupID]?.kind == .consumer else {
      return try inClassicGroup(request.groupID) { group throws(CoordinatorError) in
        try group.sync(request, by: caller)
      }
    }
    let (topics, settings) = (topics, settings)
    return try inConsumerGroup(request.groupID, at: caller.now) { group throws(CoordinatorError) in
      try group.sync(request, by: caller, topics: topics, settings: settings)
    }
  }

  package mutating func heartbeat(
    _ request: HeartbeatRequest, by caller: Caller
  ) throws(CoordinatorError) -> GroupDecision<HeartbeatResponse> {
    try checkGroupID(request.groupID)
    guard groups[request.groupID]?.kind == .consumer else {
      return try inClassicGroup(request.groupID) { group throws(CoordinatorError) in
        try group.heartbeat(request, by: caller)
      }
    }
    let (topics, settings) = (topics, settings)
    return try inConsumerGroup(request.groupID, at: caller.now) { group throws(CoordinatorError) in
      try group.heartbeat(request, by: caller, topics: topics, settings: settings)
    }
  }

  /// Takes members out, of a consumer group those of either protocol.
  package mutating func leaveGroup(
    _ request: LeaveGroupRequest, version: Int16, by caller: Caller
  ) throws(CoordinatorError) -> GroupDecision<LeaveGroupResponse> {
    try checkGroupID(request.groupID)
    guard groups[request.groupID]?.kind == .consumer else {
      return try inClassicGroup(request.groupID) { group throws(CoordinatorError) in
        try group.leave(request, version: version, by: caller)
      }
    }
    let (topics, settings) = (topics, settings)
    return inConsumerGroup(request.groupID, at: caller.now) { group in
      let removed = group.remove(
        request.leaving(version: version), topics: topics, now: caller.now, settings)
      return GroupDecision(
        LeaveGroupResponse(removed.reply, version: version), records: removed.records)
    }
  }
}
