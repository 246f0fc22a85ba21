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
      /// Offsets of records, one for each of the partitions, of which it is asked what they are
      /// copies of; -1 for none. A tagged field of Varve's own, which Kafka passes over.
      package var copies: [Offset] = []

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&name)
        wire.code(&partitions)
        wire.tags { wire in
          wire.code(&copies, tag: 10_000, unless: [])
        }
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
        /// A tagged field of Varve's own, which Kafka does not send, and passes over.
        package var depths = Depths()
        /// The message that the record is a copy of which the request asks about; -1 where it is
        /// none. A tagged field of Varve's own, which Kafka does not send.
        package var firstOffset: Offset = -1

        package init() {}
        package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
          wire.code(&partitionIndex)
          wire.code(&startOffset)
          wire.code(&leaderEpoch)
          wire.code(&lag, since: 1)
          wire.code(&errorCode)
          wire.code(&errorMessage)
          wire.tags { wire in
            wire.code(&depths, tag: 10_000, unless: Depths())
            wire.code(&firstOffset, tag: 10_001, unless: -1)
          }
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

  /// How many records of a partition are where, and what became of others since the broker started.
  package struct Depths: WireStruct, Hashable, Sendable {
    package var ready: Int64 = 0
    package var delayed: Int64 = 0
    package var locked: Int64 = 0
    package var failing: Int64 = 0
    package var parked: Int64 = 0
    package var delivered: Int64 = 0
    package var redelivered: Int64 = 0
    package var accepted: Int64 = 0
    package var released: Int64 = 0
    package var rejected: Int64 = 0
    package var timedOut: Int64 = 0
    package var expired: Int64 = 0
    package var repeated: Int64 = 0
    package var deadLettered: Int64 = 0
    package var forgottenIDs: Int64 = 0
    /// Milliseconds since the time of the oldest record that is not done with; -1 where there is
    /// none.
    package var oldestAge: Int64 = -1
    /// Records a second that come, and that are done with; -1 where that is not known.
    package var inRate = -1.0
    package var outRate = -1.0

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&ready)
      wire.code(&delayed)
      wire.code(&locked)
      wire.code(&failing)
      wire.code(&parked)
      wire.code(&delivered)
      wire.code(&redelivered)
      wire.code(&accepted)
      wire.code(&released)
      wire.code(&rejected)
      wire.code(&timedOut)
      wire.code(&expired)
      wire.code(&repeated)
      wire.code(&deadLettered)
      wire.code(&forgottenIDs)
      wire.code(&oldestAge)
      wire.code(&inRate)
      wire.code(&outRate)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&groups)
  }
}
