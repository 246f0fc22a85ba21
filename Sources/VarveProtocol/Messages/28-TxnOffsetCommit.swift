package import VarveBase

/// Stores how far a group has got, as part of a transaction.
///
/// Version 2 added `committedLeaderEpoch`; 3 added `generationID`, `memberID`, `groupInstanceID`
/// and is flexible.
package struct TxnOffsetCommitRequest: WireMessage, Equatable {
  package static let api = API(28, versions: 0...5, flexibleSince: 3)

  package var transactionalID = ""
  package var groupID = ""
  package var producerID: Int64 = 0
  package var producerEpoch: Int16 = 0
  package var generationID: Int32 = -1
  package var memberID = ""
  package var groupInstanceID: String?
  package var topics: [Topic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      package var committedOffset: Offset = 0
      package var committedLeaderEpoch: Int32 = -1
      package var committedMetadata: String?

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.code(&committedOffset)
        wire.code(&committedLeaderEpoch, since: 2)
        wire.code(&committedMetadata)
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
    wire.code(&transactionalID)
    wire.code(&groupID)
    wire.code(&producerID)
    wire.code(&producerEpoch)
    wire.code(&generationID, since: 3)
    wire.code(&memberID, since: 3)
    wire.code(&groupInstanceID, since: 3)
    wire.code(&topics)
  }
}

/// What became of each partition's commit.
///
/// Version 3 is flexible.
package struct TxnOffsetCommitResponse: WireMessage, Equatable {
  package static let api = API(28, versions: 0...5, flexibleSince: 3)

  package var throttleMilliseconds: Int32 = 0
  package var topics: [Topic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      package var errorCode = ErrorCode.none

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.code(&errorCode)
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
