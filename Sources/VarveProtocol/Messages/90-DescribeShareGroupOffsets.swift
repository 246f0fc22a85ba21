package import VarveBase

/// Asks where share groups start in their partitions (KIP-932).
package struct DescribeShareGroupOffsetsRequest: WireMessage, Equatable {
  package static let api = API(90, versions: 0...1, flexibleSince: 0)

  package var groups: [Group] = []

  package struct Group: WireStruct, Hashable, Sendable {
    package var groupID = ""
    /// Null: all that the group has.
    package var topics: [Topic]?

    package struct Topic: WireStruct, Hashable, Sendable {
      package var name = ""
      package var partitions: [Int32] = []

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&name)
        wire.code(&partitions)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&groupID)
      wire.code(&topics)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groups)
  }
}

/// Where share groups start in their partitions.
///
/// Version 1 added `lag` (KIP-1226).
package struct DescribeShareGroupOffsetsResponse: WireMessage, Equatable {
  package static let api = API(90, versions: 0...1, flexibleSince: 0)

  package var throttleMilliseconds: Int32 = 0
  package var groups: [Group] = []

  package struct Group: WireStruct, Hashable, Sendable {
    package var groupID = ""
    package var topics: [Topic] = []
    package var errorCode = ErrorCode.none
    package var errorMessage: String?

    package struct Topic: WireStruct, Hashable, Sendable {
      package var name = ""
      package var topicID = TopicID.zero
      package var partitions: [Partition] = []

      package struct Partition: WireStruct, Hashable, Sendable {
        package var partitionIndex: Int32 = 0
        /// The first offset that is not done with; -1 where the group has none yet.
        package var startOffset: Offset = 0
        package var leaderEpoch: Int32 = 0
        /// How many records are not done with; -1 where it is unknown.
        package var lag: Int64 = -1
        package var errorCode = ErrorCode.none
        package var errorMessage: String?

        package init() {}
        package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
          wire.code(&partitionIndex)
          wire.code(&startOffset)
          wire.code(&leaderEpoch)
          wire.code(&lag, since: 1)
          wire.code(&errorCode)
          wire.code(&errorMessage)
        }
      }

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&name)
        wire.code(&topicID)
        wire.code(&partitions)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&groupID)
      wire.code(&topics)
      wire.code(&errorCode)
      wire.code(&errorMessage)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&groups)
  }
}
