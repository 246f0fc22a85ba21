internal import VarveBase
package import VarveProtocol

/// The groups of one partition of `__consumer_offsets`, of all protocols, and their offsets.
///
/// Decides which group a request is for, what may become of its type, and what happens to groups
/// and offsets that nobody needs; the rest is the groups' own.
package struct GroupCoordinator: Sendable {
  enum Timer: Hashable, Sendable {
    case group(String)
    /// Offsets that are kept for long enough are looked for.
    case retention
  }

  package let settings: GroupSettings
  /// What groups' own configurations say, by group.
  package internal(set) var overrides: [String: GroupOverrides]
  /// The topics as they are now.
  package internal(set) var topics: TopicsImage
  package internal(set) var groups: [String: Group] = [:]
  package internal(set) var offsets: CommittedOffsets
  var deadlines = DeadlineQueue<Timer>()

  package init(
    settings: GroupSettings = GroupSettings(), topics: TopicsImage = TopicsImage(),
    overrides: [String: GroupOverrides] = [:]
  ) {
    self.settings = settings
    self.overrides = overrides
    self.topics = topics
    offsets = CommittedOffsets(settings: settings)
  }

  // MARK: Keeping groups

  /// Makes `group` the group of the id, and its deadline what it says. One that was deleted goes.
  mutating func keep(_ group: Group, as id: String) {
    if case .classic(let classic) = group, classic.state == .dead { return forget(id) }
    groups[id] = group
    deadlines.set(.group(id), at: group.nextDeadline)
  }

  mutating func forget(_ id: String) {
    groups[id] = nil
    deadlines.set(.group(id), at: nil)
  }

  /// Who commits offsets without being a member has a group all the same, without a record.
  mutating func keepOffsetsOnly(_ id: String, at time: Timestamp) {
    guard groups[id] == nil else { return }
    let moment = Moment(wallClock: time, uptime: 0)
    groups[id] = .classic(ClassicGroup(id: id, settings: settings, at: moment))
  }

  /// Runs `body` on a classic group. Throws `UNKNOWN_MEMBER_ID` where there is none.
  mutating func inClassicGroup<Reply>(
    _ id: String,
    _ body: (inout ClassicGroup) throws(CoordinatorError) -> GroupDecision<Reply>
  ) throws(CoordinatorError) -> GroupDecision<Reply> {
    guard case .classic(var group)? = groups[id] else {
      throw CoordinatorError(
        .unknownMemberID, "there is no classic group '\(id)' to be a member of; join again")
    }
    // Taken out, so that what is changed is not copied.
    groups[id] = nil
    defer { keep(.classic(group), as: id) }
    return try body(&group)
  }

  /// The settings of one group.
  func settings(of group: String) -> GroupSettings {
    guard let overrides = overrides[group] else { return settings }
    return settings.overridden(by: overrides)
  }

  func checkGroupID(_ id: String) throws(CoordinatorError) {
    if id.isEmpty { throw CoordinatorError(.invalidGroupID, "the group id is empty") }
    if id.utf8.count > Limits.stringBytesMax {
      throw CoordinatorError(
        .invalidGroupID,
        "the group id has \(id.utf8.count) bytes; at most \(Limits.stringBytesMax) fit a record")
    }
  }

  func notFound(_ id: String, _ reason: String = "there is no group") -> CoordinatorError {
    CoordinatorError(.groupIDNotFound, "\(reason) '\(id)'")
  }
}

extension GroupCoordinator: Coordinator {
  package typealias Record = GroupRecord
  package typealias Effect = GroupEffect

  package mutating func replay(_ record: GroupRecord, producerID: Int64?) {
    switch record {
    case .offsetCommit(let key, let value):
      offsets.replay(key, value, producerID: producerID)
      if let value { keepOffsetsOnly(key.group, at: Timestamp(value.commitTimestamp)) }
    case .groupMetadata(let key, let value):
      replayClassic(record, of: key.group, isTombstone: value == nil)
    case .shareGroupMemberMetadata, .shareGroupMetadata, .shareGroupTargetAssignmentMetadata,
      .shareGroupTargetAssignmentMember, .shareGroupCurrentMemberAssignment,
      .shareGroupStatePartitionMetadata:
      replayShare(record)
    default: replayConsumer(record)
    }
  }

  package mutating func replayMarker(producerID: Int64, commits: Bool) {
    offsets.replayMarker(producerID: producerID, commits: commits)
  }

  private mutating func replayClassic(
    _ record: GroupRecord, of id: String, isTombstone: Bool
  ) {
    guard case .classic(var group)? = groups[id] else {
      if isTombstone { return }
      var group = ClassicGroup(
        id: id, settings: settings, at: Moment(wallClock: .none, uptime: 0))
      group.replay(record)
      groups[id] = .classic(group)
      return
    }
    groups[id] = nil
    if isTombstone { return }
    group.replay(record)
    groups[id] = .classic(group)
  }

  private mutating func replayConsumer(_ record: GroupRecord) {
    let id = record.groupID
    var group: ConsumerGroup
    switch groups[id] {
    case .consumer(let known)?: group = known
    case .classic?, .share?, nil:
      if record.isTombstone { return }
      group = ConsumerGroup(groupID: id)
    }
    groups[id] = nil
    group.replay(record)
    // The last of a group's records to be forgotten.
    if case .consumerGroupMetadata(_, nil) = record { return }
    groups[id] = .consumer(group)
  }

  private mutating func replayShare(_ record: GroupRecord) {
    let id = record.groupID
    var group: ShareGroup
    switch groups[id] {
    case .share(let known)?: group = known
    case .classic?, .consumer?, nil:
      if record.isTombstone { return }
      group = ShareGroup(groupID: id)
    }
    groups[id] = nil
    group.replay(record)
    // The last of a group's records to be forgotten.
    if case .shareGroupMetadata(_, nil) = record { return }
    groups[id] = .share(group)
  }

  package mutating func loaded(at now: Moment) -> GroupDecision<Void> {
    deadlines = DeadlineQueue()
    deadlines.set(.retention, at: now.uptime + settings.offsetsRetentionCheckInterval)
    for (id, group) in groups.sorted(by: { $0.key < $1.key }) {
      switch group {
      case .classic(var group):
        group.loaded(at: now)
        keep(.classic(group), as: id)
      case .consumer(var group):
        group.loaded(at: now, settings: settings(of: id))
        keep(.consumer(group), as: id)
      case .share(var group):
        group.loaded(at: now, settings: settings(of: id))
        keep(.share(group), as: id)
      }
    }
    return GroupDecision()
  }

  package var nextDeadline: Int64? { deadlines.next }
}
