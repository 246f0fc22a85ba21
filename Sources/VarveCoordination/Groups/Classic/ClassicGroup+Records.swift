internal import VarveBase
package import VarveProtocol

extension ClassicGroup {
  /// Takes in a record of this group; others are ignored.
  package mutating func replay(_ record: GroupRecord) {
    guard case .groupMetadata(let key, let value) = record, key.group == id else { return }
    guard let value else {
      isStored = false
      state = .dead
      return
    }
    isStored = true
    generation = value.generation
    protocolType = value.protocolType.isEmpty ? nil : value.protocolType
    protocolName = value.protocolName
    leader = value.leader
    stateTimestamp = Timestamp(value.currentStateTimestamp)
    state = value.members.isEmpty ? .empty : .stable
    replayMembers(value.members)
  }

  /// A member that is known, with the subscription that the record says, keeps the protocols that
  /// this generation does not use: records have no place for them.
  private mutating func replayMembers(_ stored: [GroupMetadataValue.MemberMetadata]) {
    var replayed = ClassicMembers()
    for stored in stored {
      var member = ClassicMember(stored, protocolName: protocolName)
      if let known = members[stored.memberID],
        member.protocols.allSatisfy({ known.protocols.contains($0) })
      {
        member.protocols = known.protocols
      }
      replayed.put(member)
    }
    members = replayed
  }

  /// Begins to wait for the members that the log told of, as after a failure of the coordinator:
  /// their sessions start anew.
  package mutating func loaded(at now: Moment) {
    pendingJoins = []
    pendingSyncs = []
    waitingJoins = [:]
    waitingSyncs = [:]
    initialDelay = nil
    timers = DeadlineQueue()
    for member in members.all { restartSession(of: member.id, at: now) }
    // Without a leader it was a consumer group, and nobody has assigned its partitions yet.
    let isUnassigned = leader == nil && !members.isEmpty
    if isUnassigned || members.count > settings.classicMaxSize {
      enter(.preparingRebalance, at: now)
      scheduleJoinTimeout(at: now)
    }
  }

  /// Forgets the group, which must be empty.
  package mutating func delete(at now: Moment) throws(CoordinatorError) -> GroupDecision<Void> {
    try validateDelete()
    var step = ClassicStep(at: now)
    timers = DeadlineQueue()
    emit(nil, into: &step)
    return step.decision
  }

  package func validateDelete() throws(CoordinatorError) {
    switch state {
    case .empty: return
    case .dead: throw refuse(.groupIDNotFound, "it is deleted already")
    case .preparingRebalance, .completingRebalance, .stable:
      throw refuse(
        .nonEmptyGroup, "it has \(members.count) members; stop them before deleting it")
    }
  }

  /// The record of the group as it is, with these assignments.
  func record(assignments: [String: ByteSlice]) -> GroupMetadataValue {
    var value = GroupMetadataValue()
    value.protocolType = protocolType ?? ""
    value.generation = generation
    value.protocolName = protocolName
    value.leader = leader
    value.currentStateTimestamp = stateTimestamp.rawValue
    value.members = members.all.map {
      $0.stored(protocolName: protocolName, assignment: assignments[$0.id] ?? ByteSlice())
    }
    return value
  }

  mutating func emit(_ value: GroupMetadataValue?, into step: inout ClassicStep) {
    let record = groupRecord(value)
    step.records.append(record)
    replay(record)
  }

  var tombstone: GroupRecord { groupRecord(nil) }

  private func groupRecord(_ value: GroupMetadataValue?) -> GroupRecord {
    var key = GroupMetadataKey()
    key.group = id
    return .groupMetadata(key, value)
  }
}
