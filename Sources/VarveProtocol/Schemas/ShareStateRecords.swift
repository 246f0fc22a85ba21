package import VarveBase

/// Names a partition's state in a share group: a whole one (KIP-932).
package struct ShareSnapshotKey: WireMessage, Equatable {
  package static let api = API(0, versions: 0...0)

  package var groupID = ""
  package var topicID = TopicID.zero
  package var partition: Int32 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
    wire.code(&topicID)
    wire.code(&partition)
  }
}

/// A partition's whole state in a share group.
package struct ShareSnapshotValue: WireMessage, Equatable {
  package static let api = API(0, versions: 0...0, flexibleSince: 0)

  /// Which snapshot of the partition it is, counted.
  package var snapshotEpoch: Int32 = 0
  /// Goes up when the group is made anew or its offsets are set.
  package var stateEpoch: Int32 = 0
  package var leaderEpoch: Int32 = 0
  /// All offsets before it are done with.
  package var startOffset: Offset = 0
  /// How many offsets from `startOffset` on are done with; -1 where it is unknown (KIP-1226).
  package var deliveryCompleteCount: Int32 = -1
  package var createTimestamp: Int64 = 0
  package var writeTimestamp: Int64 = 0
  package var stateBatches: [ShareStateBatch] = []

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&snapshotEpoch)
    wire.code(&stateEpoch)
    wire.code(&leaderEpoch)
    wire.code(&startOffset)
    wire.code(&createTimestamp)
    wire.code(&writeTimestamp)
    wire.code(&stateBatches)
    wire.tags { wire in
      wire.code(&deliveryCompleteCount, tag: 0, unless: -1)
    }
  }
}

/// Names a partition's state in a share group: a change since its snapshot.
package struct ShareUpdateKey: WireMessage, Equatable {
  package static let api = API(1, versions: 0...0)

  package var groupID = ""
  package var topicID = TopicID.zero
  package var partition: Int32 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
    wire.code(&topicID)
    wire.code(&partition)
  }
}

/// What changed in a partition's state in a share group.
package struct ShareUpdateValue: WireMessage, Equatable {
  package static let api = API(1, versions: 0...0, flexibleSince: 0)

  /// The snapshot that it changes.
  package var snapshotEpoch: Int32 = 0
  package var leaderEpoch: Int32 = 0
  /// -1 where it stays as it is.
  package var startOffset: Offset = 0
  package var deliveryCompleteCount: Int32 = -1
  package var stateBatches: [ShareStateBatch] = []

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&snapshotEpoch)
    wire.code(&leaderEpoch)
    wire.code(&startOffset)
    wire.code(&stateBatches)
    wire.tags { wire in
      wire.code(&deliveryCompleteCount, tag: 0, unless: -1)
    }
  }
}

/// Records of a partition that are in the same state in a share group.
///
/// The tagged fields are Varve's own; Kafka passes over them.
package struct ShareStateBatch: WireStruct, Hashable, Sendable {
  package var firstOffset: Offset = 0
  package var lastOffset: Offset = 0
  /// 0 available, 2 acknowledged, 4 archived; locks are not stored.
  package var deliveryState: Int8 = 0
  package var deliveryCount: Int16 = 0
  /// Not to be delivered before, in milliseconds since 1970; 0 for at once.
  package var availableAt: Int64 = 0
  /// Why the records go to the dead letters; 0 for those that do not.
  package var failure: Int8 = 0
  /// What available records are parked under; empty for those that are not.
  package var token = ""
  /// Of which record an archived one is a copy; -1 where it is none.
  package var copyOf: Offset = -1

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&firstOffset)
    wire.code(&lastOffset)
    wire.code(&deliveryState)
    wire.code(&deliveryCount)
    wire.tags { wire in
      wire.code(&availableAt, tag: 10_000, unless: 0)
      wire.code(&failure, tag: 10_001, unless: 0)
      wire.code(&token, tag: 10_002, unless: "")
      wire.code(&copyOf, tag: 10_003, unless: -1)
    }
  }
}
