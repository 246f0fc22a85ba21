package import VarveBase

/// Acknowledges records that a member of a share group had acquired (KIP-932).
///
/// Version 2 added `isRenewAcknowledgement` (KIP-1222).
package struct ShareAcknowledgeRequest: WireMessage, Equatable {
  package static let api = API(79, versions: 1...2, flexibleSince: 0)

  package var groupID: String?
  package var memberID: String?
  /// One more than in the last request of the session, or -1 to end it.
  package var shareSessionEpoch: Int32 = 0
  /// Says that acknowledgements renew locks.
  package var isRenewAcknowledgement = false
  package var topics: [Topic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var topicID = TopicID.zero
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      package var acknowledgementBatches: [ShareAcknowledgementBatch] = []

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.code(&acknowledgementBatches)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&topicID)
      wire.code(&partitions)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
    wire.code(&memberID)
    wire.code(&shareSessionEpoch)
    wire.code(&isRenewAcknowledgement, since: 2)
    wire.code(&topics)
  }
}

/// What became of the acknowledgements of each partition.
///
/// Version 2 added `acquisitionLockTimeoutMilliseconds` (KIP-1222).
package struct ShareAcknowledgeResponse: WireMessage, Equatable {
  package static let api = API(79, versions: 1...2, flexibleSince: 0)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var errorMessage: String?
  /// How long renewed locks last.
  package var acquisitionLockTimeoutMilliseconds: Int32 = 0
  package var topics: [Topic] = []
  /// Of the brokers that `currentLeader` names.
  package var nodeEndpoints: [NodeEndpoint] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var topicID = TopicID.zero
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      package var errorCode = ErrorCode.none
      package var errorMessage: String?
      package var currentLeader = ShareLeader()

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.code(&errorCode)
        wire.code(&errorMessage)
        wire.code(&currentLeader)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&topicID)
      wire.code(&partitions)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&errorCode)
    wire.code(&errorMessage)
    wire.code(&acquisitionLockTimeoutMilliseconds, since: 2)
    wire.code(&topics)
    wire.code(&nodeEndpoints)
  }
}
