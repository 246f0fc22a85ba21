internal import VarveBase
internal import VarveProtocol

/// Groups that change their protocol while they have members (KIP-848).
extension GroupCoordinator {
  /// The consumer group that a classic one becomes when a member of the consumer protocol joins;
  /// the decision has the records and the answers to those that wait.
  ///
  /// Throws `GROUP_ID_NOT_FOUND`, as Kafka does, where it may not become one.
  func upgraded(
    _ former: ClassicGroup, at now: Moment
  ) throws(CoordinatorError) -> (group: ConsumerGroup, GroupDecision<Void>) {
    guard settings.migrationPolicy.allowsUpgrade else {
      throw notFound(
        former.id,
        "group.consumer.migration.policy is \(settings.migrationPolicy.rawValue), and "
          + "members of the classic protocol are in group")
    }
    guard former.protocolType == ConsumerProtocolFrame.protocolType else {
      throw notFound(former.id, "members of type '\(former.protocolType ?? "")' are in group")
    }
    guard former.memberCount <= settings.consumerMaxSize else {
      throw notFound(
        former.id, "more classic members than group.consumer.max.size allows are in group")
    }
    var former = former
    var decision = GroupDecision<Void>(records: [former.tombstone])
    let group = try ConsumerGroup(
      upgrading: former, topics: topics, at: now, settings, into: &decision.records)
    decision.effects = former.turnAwayWaiting(at: now)
    return (group, decision)
  }

  /// Runs `body` on a consumer group, which there must be, and keeps what becomes of it: a classic
  /// group where `body` left members of the classic protocol alone in it.
  mutating func inConsumerGroup<Reply, Failure: Error>(
    _ id: String, at now: Moment,
    _ body: (inout ConsumerGroup) throws(Failure) -> GroupDecision<Reply>
  ) throws(Failure) -> GroupDecision<Reply> {
    guard case .consumer(var group)? = groups[id] else {
      preconditionFailure("'\(id)' is no consumer group")
    }
    // Taken out, so that what is changed is not copied.
    groups[id] = nil
    defer { if groups[id] == nil { keep(.consumer(group), as: id) } }
    var decision = try body(&group)
    guard let leaving = group.leftToClassicBy else { return decision }
    var step = ClassicStep(at: now)
    step.records = group.state.tombstones()
    let classic = ClassicGroup(
      downgrading: group.state, without: leaving, topics: topics, settings: settings, step: &step)
    decision.records += step.records
    decision.effects += step.effects
    keep(.classic(classic), as: id)
    return decision
  }
}
