package import VarveCoordination

/// A member of a group as its client keeps it: when to send which heartbeat, and what to make of
/// the answer (KIP-848). Decisions only; a group consumer sends, waits, and does what it is told.
///
/// The course of a member:
///
///     joining ──answer──▶ member ──leave()──▶ leaving ──answer──▶ left
///        ▲                  │                                      │
///        │                fenced                                   │
///        │                  ▼                                      │
///        ├──rejoin()────── lost                                    │
///        └──rejoin()───────────────────────────────────────────────┘
///
/// and from anywhere to `failed`, with an error that no repetition mends. Times are milliseconds of
/// a clock that does not go back.
package struct GroupMembership: Sendable {
  package enum Phase: Equatable, Sendable {
    case joining
    case member
    /// The group goes on without the member, which has to give up its partitions before it joins
    /// anew.
    case lost
    case leaving
    case left
    case failed(CoordinatorError)
  }

  /// Who a member is, and what it asks for.
  package struct Identity: Sendable {
    package var group: String
    /// Of the client's making; it stays the member's over every rejoin.
    package var memberID: String
    /// The name of a static member (KIP-345): its partitions wait for it when it restarts.
    package var instanceID: String?
    /// How long the member may take to give up partitions.
    package var rebalanceTimeout: Int32 = 300_000
    package var subscription: Subscription
    /// Nil for the group's own choice.
    package var assignor: String?

    package init(
      group: String, memberID: String, instanceID: String? = nil, subscription: Subscription
    ) {
      self.group = group
      self.memberID = memberID
      self.instanceID = instanceID
      self.subscription = subscription
    }
  }

  package enum Message: Sendable { case heartbeat, leave }

  package let identity: Identity
  package internal(set) var phase = Phase.joining
  package internal(set) var epoch: Int32 = 0
  /// The partitions that the member reads, those that it is about to give up among them.
  package internal(set) var owned: Set<AssignedPartition> = []
  /// What the group wants it to read.
  package internal(set) var target: Set<AssignedPartition> = []

  /// When the next heartbeat is due.
  var nextHeartbeat = Int64.min
  /// What has no answer yet.
  var awaited: Message?
  /// Answers so far, errors too: for those who wait for the next one.
  package internal(set) var answerCount = 0
  var failures = HeartbeatFailures()
  /// What the coordinator was told to be owned; nil where it has to be told everything anew.
  var reported: Set<AssignedPartition>?
  /// Whether a static member that leaves will come back for its partitions.
  var isComingBack = false

  package init(_ identity: Identity) { self.identity = identity }
}

// MARK: - Partitions

extension GroupMembership {
  /// What has to happen before what the member has is what the group wants it to have.
  package struct Reconciliation: Equatable, Sendable {
    package let revoked: Set<AssignedPartition>
    package let added: Set<AssignedPartition>
  }

  /// Nil where nothing has to.
  package var reconciliation: Reconciliation? {
    guard phase == .member, owned != target else { return nil }
    return Reconciliation(
      revoked: owned.subtracting(target), added: target.subtracting(owned))
  }

  /// The member reads some partitions no more, and others from now on. The group hears of it at
  /// once, and may give to others what was given up.
  package mutating func reconcile(revoked: Set<AssignedPartition>, added: Set<AssignedPartition>) {
    guard phase == .member else { return }
    owned.subtract(revoked)
    owned.formUnion(added.intersection(target))
    hasten()
  }
}

// MARK: - Coming and going

extension GroupMembership {
  /// Leaves the group. A static member that is coming back keeps its partitions for the session
  /// timeout.
  package mutating func leave(isComingBack: Bool) {
    switch phase {
    case .joining, .member:
      self.isComingBack = isComingBack
      phase = .leaving
      hasten()
    case .lost: phase = .left
    case .leaving, .left, .failed: break
    }
  }

  /// Joins anew after the partitions were given up.
  package mutating func rejoin() {
    guard phase == .lost || phase == .left else { return }
    phase = .joining
    epoch = 0
    owned = []
    target = []
    reported = nil
    hasten()
  }
}
