package import VarveBase

/// Asks for topics and their partitions, a page at a time (KIP-966).
package struct DescribeTopicPartitionsRequest: WireMessage, Equatable {
  package static let api = API(75, versions: 0...0, flexibleSince: 0)

  /// Empty: all. In the order of their names.
  package var topics: [Topic] = []
  /// How many partitions an answer may have.
  package var responsePartitionLimit: Int32 = 2000
  /// The first partition of the page; null: the first of all.
  package var cursor: Cursor?

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
    }
  }

  package struct Cursor: WireStruct, Hashable, Sendable {
    package var topic = ""
    package var partitionIndex: Int32 = 0

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&topic)
      wire.code(&partitionIndex)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&topics)
    wire.code(&responsePartitionLimit)
    wire.code(&cursor)
  }
}

/// A page of topics and their partitions.
package struct DescribeTopicPartitionsResponse: WireMessage, Equatable {
  package static let api = API(75, versions: 0...0, flexibleSince: 0)

  package var throttleMilliseconds: Int32 = 0
  package var topics: [Topic] = []
  /// Where the next page starts; null: this is the last.
  package var nextCursor: DescribeTopicPartitionsRequest.Cursor?

  package struct Topic: WireStruct, Hashable, Sendable {
    package var errorCode = ErrorCode.none
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
      /// May lead although they are not in sync.
      package var eligibleLeaderReplicas: [Int32]?
      package var lastKnownEligibleLeaders: [Int32]?
      package var offlineReplicas: [Int32] = []

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&errorCode)
        wire.code(&partitionIndex)
        wire.code(&leaderID)
        wire.code(&leaderEpoch)
        wire.code(&replicaNodes)
        wire.code(&inSyncNodes)
        wire.code(&eligibleLeaderReplicas)
        wire.code(&lastKnownEligibleLeaders)
        wire.code(&offlineReplicas)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&errorCode)
      wire.code(&name)
      wire.code(&topicID)
      wire.code(&isInternal)
      wire.code(&partitions)
      wire.code(&topicAuthorizedOperations)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&topics)
    wire.code(&nextCursor)
  }
}
