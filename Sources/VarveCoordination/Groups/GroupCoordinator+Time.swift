internal import VarveProtocol

extension GroupCoordinator {
  /// So many records of groups that timed out are made at once; the next decision takes the others.
  private static let expiredRecordsMax = 1000

  /// Does what is due: members that are not heard of, rebalances that waited for long enough, and
  /// offsets that were kept for long enough.
  package mutating func expire(at now: Moment) -> GroupDecision<Void> {
    var decision = GroupDecision<Void>()
    while decision.records.count < Self.expiredRecordsMax,
      let timer = deadlines.popDue(by: now.uptime)
    {
      switch timer {
      case .group(let id): expire(id, at: now, into: &decision)
      case .retention:
        deadlines.set(.retention, at: now.uptime + settings.offsetsRetentionCheckInterval)
        // What groups made of it belongs together; this does not, and may be a lot.
        if !decision.records.isEmpty {
          deadlines.set(.retention, at: now.uptime)
          return decision
        }
        expireOffsets(at: now, into: &decision)
        return decision
      }
    }
    return decision
  }

  private mutating func expire(
    _ id: String, at now: Moment, into decision: inout GroupDecision<Void>
  ) {
    let expired: GroupDecision<Void>
    switch groups[id] {
    case .classic(var group)?:
      groups[id] = nil
      expired = group.expire(at: now)
      keep(.classic(group), as: id)
    case .consumer?:
      let (topics, settings) = (topics, settings)
      expired = inConsumerGroup(id, at: now) { group in
        group.expire(at: now, topics: topics, settings: settings)
      }
    case .share(var group)?:
      groups[id] = nil
      expired = group.expire(at: now, topics: topics)
      keep(.share(group), as: id)
    case nil: return
    }
    decision.records += expired.records
    decision.effects += expired.effects
  }

  /// Forgets offsets past their retention, and groups without members that have none left.
  private mutating func expireOffsets(
    at now: Moment, into decision: inout GroupDecision<Void>
  ) {
    decision.isAtomic = false
    for id in groups.keys.sorted() {
      // A share group commits no offsets: where it is, it keeps elsewhere.
      guard let group = groups[id], group.kind != .share else { continue }
      let (records, isBare) = offsets.expire(
        group: id, group.offsetExpiry, isSubscribed: { group.isSubscribed(to: $0) },
        at: now.wallClock)
      decision.records += records
      if isBare, group.isEmpty { decision.records += delete(id, at: now) }
    }
  }

  /// Topics were created, deleted, or grew: what was committed for those that are gone is
  /// forgotten, and consumer and share groups look at their subscriptions again.
  package mutating func topicsChanged(to new: TopicsImage) -> GroupDecision<Void> {
    var decision = GroupDecision<Void>(records: offsets.topicsChanged(from: topics, to: new))
    decision.isAtomic = false
    topics = new
    for (id, group) in groups {
      switch group {
      case .classic: break
      case .consumer(var group):
        group.topicsChanged()
        groups[id] = .consumer(group)
      case .share(var group):
        group.topicsChanged()
        groups[id] = .share(group)
      }
    }
    return decision
  }

  /// Groups' own configurations are these from now on: sessions are as long as they say from the
  /// next heartbeat on.
  package mutating func overridesChanged(
    to new: [String: GroupOverrides]
  ) -> GroupDecision<Void> {
    overrides = new
    return GroupDecision()
  }
}
