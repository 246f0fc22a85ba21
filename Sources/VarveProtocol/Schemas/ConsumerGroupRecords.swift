package import VarveBase

/// Names a consumer group (KIP-848).
package struct ConsumerGroupMetadataKey: WireMessage, Equatable {
  package static let api = API(3, versions: 0...0)

  package var groupID = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
  }
}

/// The epoch of a consumer group.
package struct ConsumerGroupMetadataValue: WireMessage, Equatable {
  package static let api = API(3, versions: 0...0, flexibleSince: 0)

  package var epoch: Int32 = 0
  package var metadataHash: Int64 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&epoch)
    wire.tags { wire in
      wire.code(&metadataHash, tag: 0, unless: 0)
    }
  }
}

/// Names a consumer group's view of its topics, which Kafka 4.1 and later write no more.
package struct ConsumerGroupPartitionMetadataKey: WireMessage, Equatable {
  package static let api = API(4, versions: 0...0)

  package var groupID = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
  }
}

/// A consumer group's view of its topics.
package struct ConsumerGroupPartitionMetadataValue: WireMessage, Equatable {
  package static let api = API(4, versions: 0...0, flexibleSince: 0)

  package var topics: [Topic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var topicID = TopicID.zero
    package var topicName = ""
    package var numPartitions: Int32 = 0
    package var partitionMetadata: [PartitionMetadata] = []

    package struct PartitionMetadata: WireStruct, Hashable, Sendable {
      package var partition: Int32 = 0
      package var racks: [String] = []

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partition)
        wire.code(&racks)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&topicID)
      wire.code(&topicName)
      wire.code(&numPartitions)
      wire.code(&partitionMetadata)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&topics)
  }
}

/// Names a member of a consumer group.
package struct ConsumerGroupMemberMetadataKey: WireMessage, Equatable {
  package static let api = API(5, versions: 0...0)

  package var groupID = ""
  package var memberID = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
    wire.code(&memberID)
  }
}

/// What a member of a consumer group asks for.
package struct ConsumerGroupMemberMetadataValue: WireMessage, Equatable {
  package static let api = API(5, versions: 0...0, flexibleSince: 0)

  package var instanceID: String?
  package var rackID: String?
  package var clientID = ""
  package var clientHost = ""
  package var subscribedTopicNames: [String] = []
  package var subscribedTopicRegex: String?
  package var rebalanceTimeoutMilliseconds: Int32 = -1
  package var serverAssignor: String?
  package var classicMemberMetadata: ClassicMemberMetadata?

  package struct ClassicMemberMetadata: WireStruct, Hashable, Sendable {
    package var sessionTimeoutMilliseconds: Int32 = 0
    package var supportedProtocols: [SupportedProtocol] = []

    package struct SupportedProtocol: WireStruct, Hashable, Sendable {
      package var name = ""
      package var metadata = ByteSlice()

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&name)
        wire.code(&metadata)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&sessionTimeoutMilliseconds)
      wire.code(&supportedProtocols)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&instanceID)
    wire.code(&rackID)
    wire.code(&clientID)
    wire.code(&clientHost)
    wire.code(&subscribedTopicNames)
    wire.code(&subscribedTopicRegex)
    wire.code(&rebalanceTimeoutMilliseconds)
    wire.code(&serverAssignor)
    wire.tags { wire in
      wire.code(&classicMemberMetadata, tag: 0, unless: nil)
    }
  }
}

/// Names a pattern that members of a consumer group subscribe to.
package struct ConsumerGroupRegularExpressionKey: WireMessage, Equatable {
  package static let api = API(16, versions: 0...0)

  package var groupID = ""
  package var regularExpression = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
    wire.code(&regularExpression)
  }
}

/// The topics that a pattern stood for when it was last resolved.
package struct ConsumerGroupRegularExpressionValue: WireMessage, Equatable {
  package static let api = API(16, versions: 0...0, flexibleSince: 0)

  package var topics: [String] = []
  package var version: Int64 = 0
  package var timestamp: Int64 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&topics)
    wire.code(&version)
    wire.code(&timestamp)
  }
}
