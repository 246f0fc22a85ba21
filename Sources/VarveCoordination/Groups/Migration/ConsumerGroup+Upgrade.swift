internal import VarveBase
internal import VarveProtocol

extension ConsumerGroup {
  /// Makes a consumer group of a classic one that has members (KIP-848). They keep their ids, and
  /// what the last generation gave them; that generation is the group's epoch. Emits the records
  /// that make the group, in Kafka's order.
  ///
  /// Unlike in Kafka, what a cooperative member said it owns and nobody is given counts as not yet
  /// given up: it may not have heard of the generation that takes it away.
  ///
  /// Throws `GROUP_ID_NOT_FOUND`, as Kafka does, where what the members and their leader said is
  /// not what Kafka's consumers say, or an assignor of their own put data into it.
  init(
    upgrading former: ClassicGroup, topics: TopicsImage, at now: Moment, _ settings: GroupSettings,
    into records: inout [GroupRecord]
  ) throws(CoordinatorError) {
    self.init(groupID: former.id)
    var upgraded: [UpgradedMember] = []
    for member in former.members.all {
      upgraded.append(try UpgradedMember(member, of: former, topics))
    }
    var owners = PartitionOwners()
    for member in upgraded { owners.add(member.member) }
    let members = upgraded.map { $0.keepingUndealt(&owners) }

    for member in members { emit(state.memberRecord(member.id, member.metadata), into: &records) }
    emit(state.epochRecord(former.generation), into: &records)
    for member in members { emit(state.targetRecord(member.id, member.assigned), into: &records) }
    emit(state.targetEpochRecord(former.generation), into: &records)
    for member in members {
      emit(state.assignmentRecord(member.id, member.currentAssignment), into: &records)
      startSession(of: member, at: now, settings: settings)
    }
  }
}

/// A member of a classic group as one of a consumer group.
private struct UpgradedMember {
  private(set) var member: ConsumerGroupMember
  /// What it said it owns when it joined the last time.
  private var claimed = PartitionsByTopic()

  init(
    _ former: ClassicMember, of group: ClassicGroup, _ topics: TopicsImage
  ) throws(CoordinatorError) {
    member = ConsumerGroupMember(id: former.id)
    member.instanceID = former.instanceID
    member.clientID = former.clientID
    member.clientHost = former.clientHost
    member.rebalanceTimeout = former.rebalanceTimeout
    member.classicMetadata = .init(
      sessionTimeout: former.sessionTimeout, protocols: former.protocols)
    member.move(to: group.generation)
    member.move(to: group.generation)
    do throws(WireError) { try decode(former, group.protocolName, topics) } catch {
      throw Self.refusal(group.id, "what member \(former.id) says or has is malformed: \(error)")
    }
    if hasUserData {
      throw Self.refusal(group.id, "an assignor of its own is in use; change to one of Kafka's")
    }
  }

  private var hasUserData = false

  private mutating func decode(
    _ former: ClassicMember, _ protocolName: String?, _ topics: TopicsImage
  ) throws(WireError) {
    let chosen = former.protocols.first { $0.name == protocolName } ?? former.protocols.first
    let subscription = try ConsumerProtocolFrame.subscription(chosen?.metadata ?? ByteSlice())
    member.rackID = subscription.rackID
    member.subscribedTopicNames = Set(subscription.topics).sorted()
    claimed = PartitionsByTopic(
      subscription.ownedPartitions.map { ($0.topic, $0.partitions) }, in: topics)
    // Nothing, of a member that has joined only.
    guard !former.assignment.isEmpty else { return }
    let assignment = try ConsumerProtocolFrame.assignment(former.assignment)
    member.assigned = PartitionsByTopic(
      assignment.assignedPartitions.map { ($0.topic, $0.partitions) }, in: topics)
    hasUserData = assignment.userData?.isEmpty == false
  }

  private static func refusal(_ id: String, _ reason: String) -> CoordinatorError {
    CoordinatorError(
      .groupIDNotFound, "classic group '\(id)' cannot become a consumer group: \(reason)")
  }

  func keepingUndealt(_ owners: inout PartitionOwners) -> ConsumerGroupMember {
    var member = member
    let undealt = claimed.filter { owners[$0, $1] == nil }
    guard !undealt.isEmpty else { return member }
    member.state = .unrevokedPartitions
    member.pendingRevocation = undealt
    owners.add(member)
    return member
  }
}
