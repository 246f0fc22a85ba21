package import VarveBase
internal import VarveProtocol

/// A group of the classic protocol: members join a generation, its leader assigns, everybody is
/// told on sync.
///
/// What is stored is the generation as the leader's sync left it, in one record, as Kafka does it.
/// A rebalance that is going on is known here only: after a failure of the coordinator the members
/// of the stored generation go on, or are asked to join again.
///
/// Members that must wait for others have their requests kept; they are answered by effects.
package struct ClassicGroup: Sendable {
  enum Timer: Hashable, Sendable {
    /// The rebalance waits no longer for members to join.
    case join
    /// The members that have not asked for their assignment are put out.
    case sync
    /// A session ends, or a member that was told its name has not come back with it.
    case member(String)
  }

  /// The first rebalance of an empty group waits some time, so that members that start together
  /// are in one generation; longer while more of them come.
  struct InitialDelay: Sendable {
    /// Milliseconds, of the period that runs.
    var period: Int64
    /// Milliseconds that may be added after it.
    var remaining: Int64
    var sawNewMember = false
  }

  package let id: String
  package var settings: GroupSettings
  package internal(set) var state = ClassicGroupState.empty
  /// When the state was entered.
  package internal(set) var stateTimestamp: Timestamp
  package internal(set) var generation: Int32 = 0
  /// `consumer` of groups of consumers; nil of a group that only ever held offsets.
  package internal(set) var protocolType: String?
  package internal(set) var protocolName: String?
  package internal(set) var leader: String?
  /// Whether the log has a record of this group.
  package internal(set) var isStored = false

  var members = ClassicMembers()
  /// Members that were told their names, and have to come back with them.
  var pendingJoins: Set<String> = []
  /// Members of this generation that have not asked for their assignment.
  var pendingSyncs: Set<String> = []
  var waitingJoins: [String: RequestID] = [:]
  var waitingSyncs: [String: RequestID] = [:]
  var initialDelay: InitialDelay?
  var timers = DeadlineQueue<Timer>()

  /// A group without members and records.
  package init(id: String, settings: GroupSettings, at now: Moment) {
    self.id = id
    self.settings = settings
    stateTimestamp = now.wallClock
  }

  package var memberCount: Int { members.count }
  /// When `expire` has something to do, in milliseconds of uptime.
  package var nextDeadline: Int64? { timers.next }
  func refuse(_ code: ErrorCode, _ what: String) -> CoordinatorError {
    CoordinatorError(code, "group \(id): \(what)")
  }

  mutating func enter(_ next: ClassicGroupState, at now: Moment) {
    state = next
    stateTimestamp = now.wallClock
  }

  /// That `memberID` is in the group and, where it names an instance, still stands for it.
  func validateMember(_ memberID: String, instanceID: String?) throws(CoordinatorError) {
    guard state != .dead else {
      throw refuse(.coordinatorNotAvailable, "it is being deleted; try again")
    }
    if let instanceID {
      guard let current = members.memberID(ofInstance: instanceID) else {
        throw refuse(.unknownMemberID, "no member is instance \(instanceID); join again")
      }
      guard current == memberID else {
        throw refuse(
          .fencedInstanceID,
          "instance \(instanceID) is member \(current) now, and no longer \(memberID)")
      }
    }
    guard members.contains(memberID) else {
      throw refuse(.unknownMemberID, "no member \(memberID); join again")
    }
  }

  func validateGeneration(_ given: Int32, of memberID: String) throws(CoordinatorError) {
    guard given == generation else {
      throw refuse(
        .illegalGeneration,
        "member \(memberID) is of generation \(given), the group of \(generation); join again")
    }
  }
}
