package import VarveBase

/// Stores how far a group has got.
///
/// Version 5 dropped `retentionTimeMilliseconds`; 6 added `committedLeaderEpoch`; 7 added
/// `groupInstanceID`; 8 is flexible; 10 added `topicID` and dropped `name`.
package struct OffsetCommitRequest: WireMessage, Equatable {
  package static let api = API(8, versions: 2...10, flexibleSince: 8)

  package var groupID = ""
  package var generationIDOrMemberEpoch: Int32 = -1
  package var memberID = ""
  package var groupInstanceID: String?
  package var retentionTimeMilliseconds: Int64 = -1
  package var topics: [Topic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var topicID = TopicID.zero
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
        wire.code(&committedLeaderEpoch, since: 6)
        wire.code(&committedMetadata)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name, in: 2...9)
      wire.code(&topicID, since: 10)
      wire.code(&partitions)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
    wire.code(&generationIDOrMemberEpoch)
    wire.code(&memberID)
    wire.code(&groupInstanceID, since: 7)
    wire.code(&retentionTimeMilliseconds, in: 2...4)
    wire.code(&topics)
  }
}

/// What became of each partition's commit.
///
/// Version 3 added `throttleMilliseconds`; 8 is flexible; 10 added `topicID` and dropped `name`.
package struct OffsetCommitResponse: WireMessage, Equatable {
  package static let api = API(8, versions: 2...10, flexibleSince: 8)

  package var throttleMilliseconds: Int32 = 0
  package var topics: [Topic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var topicID = TopicID.zero
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
      wire.code(&name, in: 2...9)
      wire.code(&topicID, since: 10)
      wire.code(&partitions)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds, since: 3)
    wire.code(&topics)
  }
}
