package import VarveBase

/// A partition in full: one that comes to be, or one in a snapshot.
///
/// Version 1 added the log directory of each replica (KIP-858), version 2 the replicas that may
/// lead although they left the in-sync ones (KIP-966).
package struct PartitionRecord: WireMessage, Hashable {
  package static let api = API(3, versions: 0...2, flexibleSince: 0)

  package var partitionID: Int32 = -1
  package var topicID = TopicID.zero
  /// The brokers that hold the partition, the preferred leader first.
  package var replicas: [Int32] = []
  /// Those of them that have all of it.
  package var inSyncReplicas: [Int32] = []
  package var removingReplicas: [Int32] = []
  package var addingReplicas: [Int32] = []
  /// The broker that leads; -1 while none does.
  package var leader: Int32 = -1
  /// 1 while the leader recovers from an unclean election.
  package var leaderRecoveryState: Int8 = 0
  package var leaderEpoch: Int32 = -1
  package var partitionEpoch: Int32 = -1
  /// The log directory of each replica, in their order.
  package var directories: [TopicID] = []
  package var eligibleLeaderReplicas: [Int32]?
  package var lastKnownEligibleLeaderReplicas: [Int32]?

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&partitionID)
    wire.code(&topicID)
    wire.code(&replicas)
    wire.code(&inSyncReplicas)
    wire.code(&removingReplicas)
    wire.code(&addingReplicas)
    wire.code(&leader)
    wire.code(&leaderEpoch)
    wire.code(&partitionEpoch)
    wire.code(&directories, since: 1)
    wire.tags { wire in
      wire.code(&leaderRecoveryState, tag: 0, unless: 0)
      wire.code(&eligibleLeaderReplicas, tag: 1, unless: nil, since: 2)
      wire.code(&lastKnownEligibleLeaderReplicas, tag: 2, unless: nil, since: 2)
    }
  }
}

/// Some of a partition changes; what is null, or has the value named at its field, stays.
package struct PartitionChangeRecord: WireMessage, Equatable {
  package static let api = API(5, versions: 0...2, flexibleSince: 0)

  /// In `leader`: the leader stays, and its epoch with it.
  package static let sameLeader: Int32 = -2

  package var partitionID: Int32 = -1
  package var topicID = TopicID.zero
  package var inSyncReplicas: [Int32]?
  /// The new leader, -1 for none, ``sameLeader`` where it stays.
  package var leader = sameLeader
  package var replicas: [Int32]?
  package var removingReplicas: [Int32]?
  package var addingReplicas: [Int32]?
  /// -1 where it stays.
  package var leaderRecoveryState: Int8 = -1
  package var eligibleLeaderReplicas: [Int32]?
  package var lastKnownEligibleLeaderReplicas: [Int32]?
  package var directories: [TopicID]?

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&partitionID)
    wire.code(&topicID)
    wire.tags { wire in
      wire.code(&inSyncReplicas, tag: 0, unless: nil)
      wire.code(&leader, tag: 1, unless: Self.sameLeader)
      wire.code(&replicas, tag: 2, unless: nil)
      wire.code(&removingReplicas, tag: 3, unless: nil)
      wire.code(&addingReplicas, tag: 4, unless: nil)
      wire.code(&leaderRecoveryState, tag: 5, unless: -1)
      wire.code(&eligibleLeaderReplicas, tag: 6, unless: nil, since: 2)
      wire.code(&lastKnownEligibleLeaderReplicas, tag: 7, unless: nil, since: 2)
      wire.code(&directories, tag: 8, unless: nil, since: 1)
    }
  }
}
