internal import VarveBase
internal import VarveProtocol

extension ClassicGroup {
  /// Makes a classic group of a consumer group whose members, but for those that leave, are all of
  /// the classic protocol (KIP-848). They keep their ids and have to join its first rebalance. The
  /// group's epoch is the generation.
  ///
  /// Unlike in Kafka, the record tells what each member may still have, not what it is to get, so
  /// that this is right if the group is upgraded again soon; and it names no leader, so that who
  /// loads it starts the rebalance that this coordinator may not have lived to complete.
  init(
    downgrading former: ConsumerGroupState, without leaving: Set<String>, topics: TopicsImage,
    settings: GroupSettings, step: inout ClassicStep
  ) {
    self.init(id: former.groupID, settings: settings, at: step.now)
    generation = former.epoch
    protocolType = ConsumerProtocolFrame.protocolType
    let staying = former.members.values.filter { !leaving.contains($0.id) }
    var assignments: [String: ByteSlice] = [:]
    for former in staying.sorted(by: { $0.id < $1.id }) {
      guard let member = ClassicMember(downgrading: former) else { continue }
      members.put(member)
      let version = ConsumerProtocolFrame.version(of: member.protocols.first?.metadata)
      assignments[member.id] = former.assigned.union(former.pendingRevocation)
        .consumerAssignment(version: version, topics)
    }
    protocolName = members.electedProtocol()
    emit(record(assignments: assignments), into: &step)
    state = .stable
    for member in members.all { restartSession(of: member.id, at: step.now) }
    rebalance(step: &step)
  }

  /// Tells all that wait to join again: the group becomes a consumer group.
  mutating func turnAwayWaiting(at now: Moment) -> [GroupEffect] {
    var step = ClassicStep(at: now)
    for member in members.all {
      answerJoin(of: member.id, failing: .rebalanceInProgress, step: &step)
      answerSync(of: member.id, failing: .rebalanceInProgress, step: &step)
    }
    return step.effects
  }
}

extension ClassicMember {
  /// Nil of a member of the consumer protocol.
  fileprivate init?(downgrading former: ConsumerGroupMember) {
    guard let metadata = former.classicMetadata else { return nil }
    id = former.id
    instanceID = former.instanceID
    clientID = former.clientID
    clientHost = former.clientHost
    rebalanceTimeout = former.rebalanceTimeout
    sessionTimeout = metadata.sessionTimeoutMilliseconds
    protocols = metadata.supportedProtocols.map { supported in
      var field = SupportedProtocol()
      field.name = supported.name
      field.metadata = supported.metadata
      return field
    }
  }
}
