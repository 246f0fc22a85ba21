internal import VarveBase
package import VarveProtocol

/// Members that are found, replaced and removed.
extension ConsumerGroup {
  /// The member that a heartbeat is from, as it was before.
  struct Sender {
    var member: ConsumerGroupMember
    /// Not a member so far, whether or not it takes another's place.
    var isNew = false
    /// The static member that left for now, and whose place this one takes.
    var replaced: ConsumerGroupMember?
  }

  /// Who sent `request`, if it may.
  func sender(
    of request: ConsumerGroupHeartbeatRequest, id: String
  ) throws(CoordinatorError) -> Sender {
    if request.memberEpoch == 0, let instance = request.instanceID {
      return try joiningStaticMember(instance, id: id)
    }
    if request.memberEpoch == 0 { return joiningMember(id) }
    let member = try knownMember(id, instanceID: request.instanceID)
    try checkEpoch(of: request, member)
    return Sender(member: member)
  }

  /// One that is a member already joins again: it lost the answer, or was fenced. It has nothing.
  func joiningMember(_ id: String) -> Sender {
    guard let member = state.members[id] else {
      return Sender(member: ConsumerGroupMember(id: id), isNew: true)
    }
    return Sender(member: member)
  }

  /// A static member takes the place of the one of its name that left for now, or that spoke the
  /// classic protocol, which cannot leave for now. Another that is still in the group may only join
  /// once more itself, where it lost the answer or was fenced: its id tells, which each process
  /// makes for itself.
  private func joiningStaticMember(
    _ instance: String, id: String
  ) throws(CoordinatorError) -> Sender {
    guard let holderID = state.staticMembers[instance], let holder = state.members[holderID] else {
      return joiningMember(id)
    }
    if holder.isAway || holder.classicMetadata != nil {
      return Sender(
        member: ConsumerGroupMember(id: id, replacing: holder), isNew: true, replaced: holder)
    }
    guard holder.id == id else {
      throw CoordinatorError(
        .unreleasedInstanceID,
        """
        static member \(id) cannot join group \(state.groupID) as instance \(instance): member \
        \(holder.id) has that name. It joins once that one leaves or its session ends.
        """)
    }
    return Sender(member: holder)
  }

  /// The member with that id, which for a static member must be the one that has the instance id.
  func knownMember(
    _ id: String, instanceID: String?
  ) throws(CoordinatorError) -> ConsumerGroupMember {
    guard let instanceID else {
      guard let member = state.members[id] else {
        throw CoordinatorError(
          .unknownMemberID, "member \(id) is not a member of group \(state.groupID): join it again")
      }
      return member
    }
    guard let holder = state.staticMembers[instanceID], let member = state.members[holder] else {
      throw CoordinatorError(
        .unknownMemberID,
        "instance \(instanceID) is not a member of group \(state.groupID): join it again")
    }
    guard holder == id else {
      throw CoordinatorError(
        .fencedInstanceID,
        """
        static member \(id) of group \(state.groupID) is fenced: instance \(instanceID) is member \
        \(holder) now
        """)
    }
    return member
  }

  /// A member that comes with the epoch before is believed if it has no more than it should: the
  /// answer that gave it the new one may have been lost.
  private func checkEpoch(
    of request: ConsumerGroupHeartbeatRequest, _ member: ConsumerGroupMember
  ) throws(CoordinatorError) {
    let epoch = request.memberEpoch
    if epoch == member.epoch { return }
    if epoch == member.previousEpoch, let owned = request.topicPartitions,
      epoch < member.epoch, PartitionsByTopic(owned).isSubset(of: member.assigned)
    {
      return
    }
    throw CoordinatorError(
      .fencedMemberEpoch,
      """
      member \(member.id) of group \(state.groupID) is at epoch \(member.epoch), not \(epoch): it \
      must give up all its partitions and join again
      """)
  }

  // MARK: Leaving

  /// A member leaves, a static one perhaps only for now: its partitions wait for it then.
  mutating func leave(
    _ request: ConsumerGroupHeartbeatRequest, topics: TopicsImage, now: Moment,
    _ settings: GroupSettings
  ) throws(CoordinatorError) -> GroupDecision<ConsumerGroupHeartbeatResponse> {
    var member = try knownMember(request.memberID, instanceID: request.instanceID)
    var decision = GroupDecision(ConsumerGroupHeartbeatResponse())
    decision.reply.memberID = request.memberID
    decision.reply.memberEpoch = request.memberEpoch
    if request.memberEpoch == ConsumerGroupMember.leftForNow {
      member.epoch = ConsumerGroupMember.leftForNow
      member.pendingRevocation = PartitionsByTopic()
      emit(state.assignmentRecord(member.id, member.currentAssignment), into: &decision.records)
      deadlines.set(.rebalance(member.id), at: nil)
    } else {
      remove([member.id], topics: topics, now: now, settings, into: &decision.records)
    }
    return decision
  }

  /// Takes out members of either protocol, at the wish of one of the classic protocol or of an
  /// administrator: by member id, or by instance id alone.
  package mutating func remove(
    _ members: [LeaveGroupRequest.Member], topics: TopicsImage, now: Moment,
    _ settings: GroupSettings
  ) -> GroupDecision<[LeaveGroupResponse.Member]> {
    var found: Set<String> = []
    let replies = members.map { member in
      var reply = LeaveGroupResponse.Member()
      reply.memberID = member.memberID
      reply.groupInstanceID = member.groupInstanceID
      do throws(CoordinatorError) {
        let holder = member.groupInstanceID.flatMap { state.staticMembers[$0] }
        let id = member.memberID.isEmpty ? holder ?? "" : member.memberID
        found.insert(try knownMember(id, instanceID: member.groupInstanceID).id)
      } catch {
        reply.errorCode = error.code
      }
      return reply
    }
    var decision = GroupDecision(replies)
    remove(found.sorted(), topics: topics, now: now, settings, into: &decision.records)
    return decision
  }

  /// Members that are no more. What they had is free. Does nothing but to take note where the
  /// group is to become a classic one.
  mutating func remove(
    _ ids: [String], topics: TopicsImage, now: Moment, _ settings: GroupSettings,
    into records: inout [GroupRecord]
  ) {
    guard !ids.isEmpty else { return }
    if ids.contains(where: { state.members[$0]?.classicMetadata == nil }) {
      noteIfLeftToClassic(without: Set(ids), settings)
      if leftToClassicBy != nil { return }
    }
    for id in ids {
      forget(id, into: &records)
      stopTimeouts(of: id)
    }
    dropUnusedPatterns(into: &records)
    updateTopics(from: topics, now: now, into: &records)
    emit(state.epochRecord(state.epoch &+ 1), into: &records)
    // A group without members is at rest: it has no assignment that is yet to come.
    if state.members.isEmpty { emit(state.targetEpochRecord(state.epoch), into: &records) }
  }

  /// Takes note where members of the classic protocol are alone, or will be without `leaving`.
  mutating func noteIfLeftToClassic(without leaving: Set<String>, _ settings: GroupSettings) {
    let staying = state.members.values.filter { !leaving.contains($0.id) }
    guard settings.migrationPolicy.allowsDowngrade, !staying.isEmpty,
      staying.count <= settings.classicMaxSize,
      staying.allSatisfy({ $0.classicMetadata != nil })
    else { return }
    leftToClassicBy = leaving
  }

  func forgetting(_ id: String) -> [GroupRecord] {
    [state.assignmentRecord(id, nil), state.targetRecord(id, nil), state.memberRecord(id, nil)]
  }

  private mutating func forget(_ id: String, into records: inout [GroupRecord]) {
    for record in forgetting(id) { emit(record, into: &records) }
  }

  /// Puts a static member in the place of the one that left, with all that it had: nothing moves.
  mutating func replace(
    _ old: ConsumerGroupMember, by new: ConsumerGroupMember, into records: inout [GroupRecord]
  ) {
    let target = state.targets[old.id]
    forget(old.id, into: &records)
    stopTimeouts(of: old.id)
    emit(state.memberRecord(new.id, new.metadata), into: &records)
    if let target { emit(state.targetRecord(new.id, target), into: &records) }
    emit(state.assignmentRecord(new.id, new.currentAssignment), into: &records)
  }
}
