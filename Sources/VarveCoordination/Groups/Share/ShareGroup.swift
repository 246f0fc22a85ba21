package import VarveProtocol

/// A group of consumers that have partitions in common (KIP-932): one value that decides on
/// heartbeats and on time that has passed.
///
/// The group's epoch rises with each change of members, subscriptions and topics. A heartbeat that
/// finds the target assignment behind it computes a new one, and its member has its share of that
/// at once: partitions are shared, so that nobody has to give one up before another gets it. Who
/// may have which record is not decided here.
package struct ShareGroup: Sendable {
  package private(set) var state: ShareGroupState
  /// The ends of members' sessions.
  var deadlines = DeadlineQueue<String>()
  /// Topics may have changed since the group looked.
  var mustLookAtTopics = true

  package init(groupID: String) {
    state = ShareGroupState(groupID: groupID)
  }

  // MARK: Recovery

  /// Takes in a record that was stored before.
  package mutating func replay(_ record: GroupRecord) { state.replay(record) }

  /// All records are replayed. Sessions start anew, as members could not reach the coordinator in
  /// between.
  package mutating func loaded(at now: Moment, settings: GroupSettings) {
    deadlines = DeadlineQueue()
    mustLookAtTopics = true
    for id in state.members.keys.sorted() { startSession(of: id, at: now, settings) }
  }

  // MARK: Time and topics

  /// When ``expire(at:topics:)`` has something to do, in milliseconds of uptime.
  package var nextDeadline: Int64? { deadlines.next }

  /// Puts out members that did not send a heartbeat within the session timeout.
  package mutating func expire(at now: Moment, topics: TopicsImage) -> GroupDecision<Void> {
    var late: [String] = []
    while let id = deadlines.popDue(by: now.uptime) { late.append(id) }
    var records: [GroupRecord] = []
    remove(late.sorted(), topics: topics, into: &records)
    return GroupDecision(records: records)
  }

  /// Topics were created, deleted, or grew: the next heartbeat looks whether that concerns the
  /// group.
  package mutating func topicsChanged() { mustLookAtTopics = true }

  mutating func startSession(of member: String, at now: Moment, _ settings: GroupSettings) {
    deadlines.set(member, at: now.uptime + Int64(settings.shareSessionTimeout))
  }

  // MARK: Records

  /// Makes a record: into the state at once, and into the decision.
  mutating func emit(_ record: GroupRecord, into records: inout [GroupRecord]) {
    state.replay(record)
    records.append(record)
  }

  // MARK: Leaving

  /// Members that are no more. The next heartbeat deals what they had.
  mutating func remove(
    _ ids: [String], topics: TopicsImage, into records: inout [GroupRecord]
  ) {
    guard !ids.isEmpty else { return }
    for id in ids {
      for record in state.forgetting(id) { emit(record, into: &records) }
      deadlines.set(id, at: nil)
    }
    raiseEpoch(topics: topics, into: &records)
    // A group without members is at rest: it has no assignment that is yet to come.
    if state.members.isEmpty { emit(state.targetEpochRecord(state.epoch), into: &records) }
  }

  mutating func raiseEpoch(topics: TopicsImage, into records: inout [GroupRecord]) {
    let hash = state.topicsHash(in: topics)
    emit(state.epochRecord(state.epoch &+ 1, topicsHash: hash), into: &records)
  }
}
