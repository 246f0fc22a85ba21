package import VarveBase

/// Sets where a share group without members starts in partitions (KIP-932).
package struct AlterShareGroupOffsetsRequest: WireMessage, Equatable {
  package static let api = API(91, versions: 0...0, flexibleSince: 0)

  package var groupID = ""
  package var topics: [Topic] = []
  /// What is to be woken of the records that the group has parked under it; then there are no
  /// topics, and the group may have members. Empty for nothing. A tagged field of Varve's own,
  /// which Kafka passes over.
  package var token = ""

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      package var startOffset: Offset = 0

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.code(&startOffset)
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
    wire.code(&groupID)
    wire.code(&topics)
    wire.tags { wire in
      wire.code(&token, tag: 10_000, unless: "")
    }
  }
}

/// Which starts were set.
package struct AlterShareGroupOffsetsResponse: WireMessage, Equatable {
  package static let api = API(91, versions: 0...0, flexibleSince: 0)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var errorMessage: String?
  package var topics: [Topic] = []
  /// How many records were woken by the request's token; -1 where nobody looked, the broker being
  /// another than Varve. As the token, Varve's own.
  package var wokenCount: Int64 = -1

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var topicID = TopicID.zero
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      package var errorCode = ErrorCode.none
      package var errorMessage: String?

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
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
    wire.code(&throttleMilliseconds)
    wire.code(&errorCode)
    wire.code(&errorMessage)
    wire.code(&topics)
    wire.tags { wire in
      wire.code(&wokenCount, tag: 10_000, unless: -1)
    }
  }
}
