package import VarveBase

/// Asks for brokers, topics and the leaders of their partitions.
///
/// Version 1 lets `topics` be null; 4 added `allowsAutoTopicCreation`; 8 added
/// `includesClusterAuthorizedOperations`, `includesTopicAuthorizedOperations`; 9 is flexible; 10
/// added `topicID` and lets `name` be null (KIP-516); 11 dropped
/// `includesClusterAuthorizedOperations` (KIP-700); 12 accepts topics by id.
package struct MetadataRequest: WireMessage, Equatable {
  package static let api = API(3, versions: 0...13, flexibleSince: 9)

  /// Null: all topics; so does an empty list in version 0.
  package var topics: [Topic]?
  package var allowsAutoTopicCreation = true
  package var includesClusterAuthorizedOperations = false
  package var includesTopicAuthorizedOperations = false

  package struct Topic: WireStruct, Hashable, Sendable {
    package var topicID = TopicID.zero
    /// Null from version 10 on where the id says which.
    package var name: String?

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&topicID, since: 10)
      wire.code(&name, nullableSince: 10)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&topics, nullableSince: 1)
    wire.code(&allowsAutoTopicCreation, since: 4)
    wire.code(&includesClusterAuthorizedOperations, in: 8...10)
    wire.code(&includesTopicAuthorizedOperations, since: 8)
  }
}

/// Brokers, topics and the leaders of their partitions.
///
/// Version 1 added `controllerID`, `rack`, `isInternal`; 2 added `clusterID`; 3 added
/// `throttleMilliseconds`; 5 added `offlineReplicas`; 7 added `leaderEpoch` (KIP-320); 8 added
/// `clusterAuthorizedOperations`, `topicAuthorizedOperations`; 9 is flexible; 10 added `topicID`
/// (KIP-516); 11 dropped `clusterAuthorizedOperations` (KIP-700); 12 lets `name` be null; 13 added
/// `errorCode` (KIP-1102).
package struct MetadataResponse: WireMessage, Equatable {
  package static let api = API(3, versions: 0...13, flexibleSince: 9)

  package var throttleMilliseconds: Int32 = 0
  package var brokers: [Broker] = []
  package var clusterID: String?
  package var controllerID: Int32 = -1
  package var topics: [Topic] = []
  /// A bit for each operation that is allowed, or `Int32.min` where nobody asked.
  package var clusterAuthorizedOperations = Int32.min
  /// Tells a client to find brokers anew from its bootstrap list.
  package var errorCode = ErrorCode.none

  package struct Broker: WireStruct, Hashable, Sendable {
    package var nodeID: Int32 = 0
    package var host = ""
    package var port: Int32 = 0
    package var rack: String?

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&nodeID)
      wire.code(&host)
      wire.code(&port)
      wire.code(&rack, since: 1)
    }
  }

  package struct Topic: WireStruct, Hashable, Sendable {
    package var errorCode = ErrorCode.none
    /// Null from version 12 on where the id asked for is not known.
    package var name: String?
    package var topicID = TopicID.zero
    package var isInternal = false
    package var partitions: [Partition] = []
    /// A bit for each operation that is allowed, or `Int32.min` where nobody asked.
    package var topicAuthorizedOperations = Int32.min

    package struct Partition: WireStruct, Hashable, Sendable {
      package var errorCode = ErrorCode.none
      package var partitionIndex: Int32 = 0
      package var leaderID: Int32 = 0
      package var leaderEpoch: Int32 = -1
      package var replicaNodes: [Int32] = []
      package var inSyncNodes: [Int32] = []
      package var offlineReplicas: [Int32] = []

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&errorCode)
        wire.code(&partitionIndex)
        wire.code(&leaderID)
        wire.code(&leaderEpoch, since: 7)
        wire.code(&replicaNodes)
        wire.code(&inSyncNodes)
        wire.code(&offlineReplicas, since: 5)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&errorCode)
      wire.code(&name, nullableSince: 12)
      wire.code(&topicID, since: 10)
      wire.code(&isInternal, since: 1)
      wire.code(&partitions)
      wire.code(&topicAuthorizedOperations, since: 8)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds, since: 3)
    wire.code(&brokers)
    wire.code(&clusterID, since: 2)
    wire.code(&controllerID, since: 1)
    wire.code(&topics)
    wire.code(&clusterAuthorizedOperations, in: 8...10)
    wire.code(&errorCode, since: 13)
  }
}
