package import VarveBase

/// Asks for the voters and observers of a quorum, that of `__cluster_metadata-0` (KIP-595).
///
/// Version 1 asks for the times of the last fetch (KIP-836); 2 asks for nodes (KIP-853).
package struct DescribeQuorumRequest: WireMessage, Equatable {
  package static let api = API(55, versions: 0...2, flexibleSince: 0)

  package var topics: [Topic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
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
    wire.code(&topics)
  }
}

/// The voters and observers of a quorum.
///
/// Version 1 added `lastFetchTimestamp`, `lastCaughtUpTimestamp` (KIP-836); 2 added `errorMessage`,
/// `nodes`, `replicaDirectoryID` (KIP-853).
package struct DescribeQuorumResponse: WireMessage, Equatable {
  package static let api = API(55, versions: 0...2, flexibleSince: 0)

  package var errorCode = ErrorCode.none
  package var errorMessage: String?
  package var topics: [Topic] = []
  package var nodes: [Node] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      package var errorCode = ErrorCode.none
      package var errorMessage: String?
      package var leaderID: Int32 = 0
      package var leaderEpoch: Int32 = 0
      package var highWatermark: Offset = 0
      package var currentVoters: [Replica] = []
      package var observers: [Replica] = []

      package struct Replica: WireStruct, Hashable, Sendable {
        package var replicaID: Int32 = 0
        package var replicaDirectoryID = TopicID.zero
        /// -1 where it is unknown.
        package var logEndOffset: Offset = 0
        /// The leader's time when the replica last fetched, or -1.
        package var lastFetchTimestamp: Timestamp = -1
        /// The leader's time when the replica last had all, or -1.
        package var lastCaughtUpTimestamp: Timestamp = -1

        package init() {}
        package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
          wire.code(&replicaID)
          wire.code(&replicaDirectoryID, since: 2)
          wire.code(&logEndOffset)
          wire.code(&lastFetchTimestamp, since: 1)
          wire.code(&lastCaughtUpTimestamp, since: 1)
        }
      }

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.code(&errorCode)
        wire.code(&errorMessage, since: 2)
        wire.code(&leaderID)
        wire.code(&leaderEpoch)
        wire.code(&highWatermark)
        wire.code(&currentVoters)
        wire.code(&observers)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&partitions)
    }
  }

  package struct Node: WireStruct, Hashable, Sendable {
    package var nodeID: Int32 = 0
    package var listeners: [Listener] = []

    package struct Listener: WireStruct, Hashable, Sendable {
      package var name = ""
      package var host = ""
      package var port: UInt16 = 0

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&name)
        wire.code(&host)
        wire.code(&port)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&nodeID)
      wire.code(&listeners)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&errorCode)
    wire.code(&errorMessage, since: 2)
    wire.code(&topics)
    wire.code(&nodes, since: 2)
  }
}
