package import VarveBase

/// Asks where leader epochs end, so that a follower or a consumer learns where its log or position
/// leaves the leader's (KIP-101, KIP-320).
///
/// Version 3 added `replicaID`; 4 is flexible.
package struct OffsetForLeaderEpochRequest: WireMessage, Equatable {
  package static let api = API(23, versions: 2...4, flexibleSince: 4)

  /// -1 for a consumer, -2 for one that does not say.
  package var replicaID: Int32 = -2
  package var topics: [Topic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      /// The epoch that the client believes current, or -1.
      package var currentLeaderEpoch: Int32 = -1
      /// The epoch asked about.
      package var leaderEpoch: Int32 = 0

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.code(&currentLeaderEpoch)
        wire.code(&leaderEpoch)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&partitions)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&replicaID, since: 3)
    wire.code(&topics)
  }
}

/// Where leader epochs end.
///
/// Version 4 is flexible.
package struct OffsetForLeaderEpochResponse: WireMessage, Equatable {
  package static let api = API(23, versions: 2...4, flexibleSince: 4)

  package var throttleMilliseconds: Int32 = 0
  package var topics: [Topic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var errorCode = ErrorCode.none
      package var partitionIndex: Int32 = 0
      /// The largest epoch that is not above the one asked about, or -1.
      package var leaderEpoch: Int32 = -1
      /// The first offset after `leaderEpoch`, or -1.
      package var endOffset: Offset = -1

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&errorCode)
        wire.code(&partitionIndex)
        wire.code(&leaderEpoch)
        wire.code(&endOffset)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&partitions)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&topics)
  }
}
