internal import VarveBase
package import VarveCoordination
package import VarveProtocol

/// A member of a share group as its client keeps it: when to send which heartbeat, and what to make
/// of the answer (KIP-932). Decisions only; a consumer sends, waits, and fetches what it is told.
///
/// The course of a member:
///
///     joining ──answer──▶ member ──leave()──▶ leaving ──answer──▶ left
///        ▲                  │
///        └─────fenced───────┘
///
/// and from anywhere to `failed`, with an error that no repetition mends. Times are milliseconds of
/// a clock that does not go back.
package struct ShareMembership: Sendable {
  package enum Phase: Equatable, Sendable {
    case joining
    case member
    case leaving
    case left
    case failed(CoordinatorError)
  }

  private enum Message { case heartbeat, leave }

  package let identity: ShareIdentity
  package let topics: [String]
  package private(set) var phase = Phase.joining
  package private(set) var epoch: Int32 = 0
  /// What the member is to fetch from. It has that while it joins anew, too: partitions are shared,
  /// so that it keeps nobody from them.
  package private(set) var assigned: Set<AssignedPartition> = []
  /// When the next heartbeat is due.
  private var nextHeartbeat = Int64.min
  /// What has no answer yet.
  private var awaited: Message?
  /// Whether the coordinator has heard of the topics.
  private var isSubscribed = false
  private var failures = HeartbeatFailures()

  package init(_ identity: ShareIdentity, topics: [String]) {
    self.identity = identity
    self.topics = topics
  }

  /// When `nextRequest` has something to send; nil while an answer is awaited, and once all is
  /// said.
  package var deadline: Int64? {
    guard awaited == nil else { return nil }
    switch phase {
    case .joining, .member, .leaving: return nextHeartbeat
    case .left, .failed: return nil
    }
  }

  /// Whether no more is said.
  package var isOver: Bool {
    switch phase {
    case .joining, .member, .leaving: false
    case .left, .failed: true
    }
  }

  /// Leaves the group.
  package mutating func leave() {
    guard phase == .joining || phase == .member else { return }
    phase = .leaving
    nextHeartbeat = .min
  }

  /// The heartbeat that is due, which counts as sent.
  package mutating func nextRequest(at now: Int64) -> ShareGroupHeartbeatRequest? {
    guard let deadline, deadline <= now else { return nil }
    nextHeartbeat = .max
    var request = ShareGroupHeartbeatRequest()
    request.groupID = identity.group
    request.memberID = identity.member
    if phase == .leaving {
      awaited = .leave
      request.memberEpoch = -1
      return request
    }
    awaited = .heartbeat
    request.memberEpoch = epoch
    if !isSubscribed { request.subscribedTopicNames = topics }
    isSubscribed = true
    return request
  }

  /// Takes the answer to a heartbeat.
  package mutating func receive(_ response: ShareGroupHeartbeatResponse, at now: Int64) {
    failures.end()
    if answered() == .leave { return phase = .left }
    // What was asked before the member left is of no interest any more.
    guard phase == .joining || phase == .member else { return }
    nextHeartbeat = now + Int64(max(response.heartbeatIntervalMilliseconds, 1))
    phase = .member
    epoch = response.memberEpoch
    if let assignment = response.assignment { assigned = assignment.partitions }
  }

  /// Takes the error that a heartbeat was answered with.
  package mutating func receive(_ error: CoordinatorError, at now: Int64) {
    // A coordinator that does not take a goodbye forgets the member by itself.
    if answered() == .leave { return phase = .left }
    isSubscribed = false
    guard phase == .joining || phase == .member else { return }
    let isLost = error.isOfLostMembers && epoch != 0
    guard isLost || error.isRetriable, let next = failures.next(at: now) else {
      return phase = .failed(error)
    }
    nextHeartbeat = next
    guard isLost else { return }
    // It joins anew, at once.
    phase = .joining
    epoch = 0
    nextHeartbeat = now
  }

  private mutating func answered() -> Message? {
    defer { awaited = nil }
    return awaited
  }
}

extension CoordinatorError {
  /// Whether the group goes on without the member, or is not known any more.
  fileprivate var isOfLostMembers: Bool {
    switch code {
    case .unknownMemberID, .fencedMemberEpoch, .staleMemberEpoch, .groupIDNotFound: true
    default: false
    }
  }
}

extension ShareGroupHeartbeatResponse.Assignment {
  fileprivate var partitions: Set<AssignedPartition> {
    var partitions: Set<AssignedPartition> = []
    for topic in topicPartitions {
      for index in topic.partitions {
        partitions.insert(AssignedPartition(topicID: topic.topicID, partition: index))
      }
    }
    return partitions
  }
}
