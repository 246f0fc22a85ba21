package import VarveProtocol

/// A group of consumers whose coordinator deals the partitions (KIP-848): one value that decides on
/// heartbeats and on time that has passed.
///
/// The group's epoch rises with each change of members, subscriptions and topics. A heartbeat that
/// finds the target assignment behind it computes a new one, and takes its member one step towards
/// its share: see ``Reconciliation``. So nobody waits for the whole group, and no partition is
/// given before its owner gave it up, left, or was put out because it did not.
package struct ConsumerGroup: Sendable {
  /// What a member can be late for.
  enum Timeout: Hashable, Sendable {
    /// Its next heartbeat.
    case session(String)
    /// Giving up partitions.
    case rebalance(String)
    /// Joining again, which a member of the classic protocol was told to.
    case join(String)
    /// Asking for the assignment, which a member of the classic protocol does after it has joined.
    case sync(String)
  }

  package internal(set) var state: ConsumerGroupState
  var deadlines = DeadlineQueue<Timeout>()
  /// Topics may have changed since the group looked.
  var mustLookAtTopics = true
  /// Who goes, perhaps nobody, where that leaves members of the classic protocol alone in the
  /// group, and it is to become a classic one. They are in its state still.
  var leftToClassicBy: Set<String>?

  package init(groupID: String) {
    state = ConsumerGroupState(groupID: groupID)
  }

  // MARK: Recovery

  /// Takes in a record that was stored before.
  package mutating func replay(_ record: GroupRecord) { state.replay(record) }

  /// All records are replayed. Sessions and rebalance timeouts start anew, as members could not
  /// reach the coordinator in between.
  package mutating func loaded(at now: Moment, settings: GroupSettings) {
    state.recount()
    deadlines = DeadlineQueue()
    mustLookAtTopics = true
    for member in state.members.values.sorted(by: { $0.id < $1.id }) {
      startSession(of: member, at: now, settings: settings)
      startRevocation(of: member, at: now)
    }
  }

  // MARK: Time and topics

  /// When ``expire(at:topics:settings:)`` has something to do, in milliseconds of uptime.
  package var nextDeadline: Int64? { deadlines.next }

  /// Puts out members that did not send a heartbeat within the session timeout, or did not give up
  /// partitions, join or sync within their rebalance timeout.
  package mutating func expire(
    at now: Moment, topics: TopicsImage, settings: GroupSettings
  ) -> GroupDecision<Void> {
    var late: Set<String> = []
    while let timeout = deadlines.popDue(by: now.uptime) {
      switch timeout {
      case .session(let id), .rebalance(let id), .join(let id), .sync(let id): late.insert(id)
      }
    }
    var records: [GroupRecord] = []
    remove(late.sorted(), topics: topics, now: now, settings, into: &records)
    return GroupDecision(records: records)
  }

  /// Topics were created, deleted, or grew: the next heartbeat looks whether that concerns the
  /// group.
  package mutating func topicsChanged() { mustLookAtTopics = true }

  // MARK: Records

  /// Makes a record: into the state at once, and into the decision.
  mutating func emit(_ record: GroupRecord, into records: inout [GroupRecord]) {
    state.replay(record)
    records.append(record)
  }

  // MARK: Timeouts

  mutating func startSession(
    of member: ConsumerGroupMember, at now: Moment, settings: GroupSettings
  ) {
    let timeout = member.classicMetadata?.sessionTimeoutMilliseconds
    deadlines.set(
      .session(member.id), at: now.uptime + Int64(timeout ?? settings.consumerSessionTimeout))
  }

  /// Gives the member its rebalance timeout if it has partitions to give up. One of the classic
  /// protocol has another, to join again.
  mutating func startRevocation(of member: ConsumerGroupMember, at now: Moment) {
    let isPending =
      member.state == .unrevokedPartitions && !member.isAway && member.classicMetadata == nil
    deadlines.set(
      .rebalance(member.id),
      at: isPending ? now.uptime + Int64(max(member.rebalanceTimeout, 0)) : nil)
  }

  mutating func stopTimeouts(of member: String) {
    deadlines.set(.session(member), at: nil)
    deadlines.set(.rebalance(member), at: nil)
    deadlines.set(.join(member), at: nil)
    deadlines.set(.sync(member), at: nil)
  }
}
