package import VarveBase

/// Asks how far groups have got.
///
/// Version 6 is flexible; 7 added `requiresStable`; 8 added `groups` and dropped `groupID`,
/// `topics`; 9 added `memberID`, `memberEpoch`; 10 added `topicID` and dropped `name`.
package struct OffsetFetchRequest: WireMessage, Equatable {
  package static let api = API(9, versions: 1...10, flexibleSince: 6)

  package var groupID = ""
  package var topics: [Topic]? = []
  package var groups: [Group] = []
  package var requiresStable = false

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var partitionIndexes: [Int32] = []

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&partitionIndexes)
    }
  }

  package struct Group: WireStruct, Hashable, Sendable {
    package var groupID = ""
    package var memberID: String?
    package var memberEpoch: Int32 = -1
    package var topics: [Topic]?

    package struct Topic: WireStruct, Hashable, Sendable {
      package var name = ""
      package var topicID = TopicID.zero
      package var partitionIndexes: [Int32] = []

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&name, in: 8...9)
        wire.code(&topicID, since: 10)
        wire.code(&partitionIndexes)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&groupID)
      wire.code(&memberID, since: 9)
      wire.code(&memberEpoch, since: 9)
      wire.code(&topics)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID, in: 1...7)
    wire.code(&topics, nullableSince: 2, in: 1...7)
    wire.code(&groups, since: 8)
    wire.code(&requiresStable, since: 7)
  }
}

/// How far groups have got, by partition.
///
/// Version 2 added `errorCode`; 3 added `throttleMilliseconds`; 5 added `committedLeaderEpoch`; 6
/// is flexible; 8 added `groups` and dropped `topics`, `errorCode`; 10 added `topicID` and dropped
/// `name`.
package struct OffsetFetchResponse: WireMessage, Equatable {
  package static let api = API(9, versions: 1...10, flexibleSince: 6)

  package var throttleMilliseconds: Int32 = 0
  package var topics: [Topic] = []
  package var errorCode = ErrorCode.none
  package var groups: [Group] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      package var committedOffset: Offset = 0
      package var committedLeaderEpoch: Int32 = -1
      package var metadata: String?
      package var errorCode = ErrorCode.none

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.code(&committedOffset)
        wire.code(&committedLeaderEpoch, since: 5)
        wire.code(&metadata)
        wire.code(&errorCode)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&partitions)
    }
  }

  package struct Group: WireStruct, Hashable, Sendable {
    package var groupID = ""
    package var topics: [Topic] = []
    package var errorCode = ErrorCode.none

    package struct Topic: WireStruct, Hashable, Sendable {
      package var name = ""
      package var topicID = TopicID.zero
      package var partitions: [Partition] = []

      package struct Partition: WireStruct, Hashable, Sendable {
        package var partitionIndex: Int32 = 0
        package var committedOffset: Offset = 0
        package var committedLeaderEpoch: Int32 = -1
        package var metadata: String?
        package var errorCode = ErrorCode.none

        package init() {}
        package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
          wire.code(&partitionIndex)
          wire.code(&committedOffset)
          wire.code(&committedLeaderEpoch)
          wire.code(&metadata)
          wire.code(&errorCode)
        }
      }

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&name, in: 8...9)
        wire.code(&topicID, since: 10)
        wire.code(&partitions)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&groupID)
      wire.code(&topics)
      wire.code(&errorCode)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds, since: 3)
    wire.code(&topics, in: 1...7)
    wire.code(&errorCode, in: 2...7)
    wire.code(&groups, since: 8)
  }
}
