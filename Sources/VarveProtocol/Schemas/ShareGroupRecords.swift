package import VarveBase

/// Names a member of a share group (KIP-932).
package struct ShareGroupMemberMetadataKey: WireMessage, Equatable {
  package static let api = API(10, versions: 0...0)

  package var groupID = ""
  package var memberID = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
    wire.code(&memberID)
  }
}

/// What a member of a share group asks for.
package struct ShareGroupMemberMetadataValue: WireMessage, Equatable {
  package static let api = API(10, versions: 0...0, flexibleSince: 0)

  package var rackID: String?
  package var clientID = ""
  package var clientHost = ""
  package var subscribedTopicNames: [String] = []

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&rackID)
    wire.code(&clientID)
    wire.code(&clientHost)
    wire.code(&subscribedTopicNames)
  }
}

/// Names a share group.
package struct ShareGroupMetadataKey: WireMessage, Equatable {
  package static let api = API(11, versions: 0...0)

  package var groupID = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
  }
}

/// The epoch of a share group.
package struct ShareGroupMetadataValue: WireMessage, Equatable {
  package static let api = API(11, versions: 0...0, flexibleSince: 0)

  package var epoch: Int32 = 0
  /// Of the topics that it subscribes to.
  package var metadataHash: Int64 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&epoch)
    wire.code(&metadataHash)
  }
}

/// Names the partitions of which a share group has a state.
package struct ShareGroupStatePartitionMetadataKey: WireMessage, Equatable {
  package static let api = API(15, versions: 0...0)

  package var groupID = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
  }
}

/// The partitions of which a share group has a state in `__share_group_state`, and those of which
/// it is being made or forgotten.
package struct ShareGroupStatePartitionMetadataValue: WireMessage, Equatable {
  package static let api = API(15, versions: 0...0, flexibleSince: 0)

  package var initializingTopics: [TopicPartitions] = []
  package var initializedTopics: [TopicPartitions] = []
  package var deletingTopics: [Topic] = []

  package struct TopicPartitions: WireStruct, Hashable, Sendable {
    package var topicID = TopicID.zero
    package var topicName = ""
    package var partitions: [Int32] = []

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&topicID)
      wire.code(&topicName)
      wire.code(&partitions)
    }
  }

  package struct Topic: WireStruct, Hashable, Sendable {
    package var topicID = TopicID.zero
    package var topicName = ""

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&topicID)
      wire.code(&topicName)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&initializingTopics)
    wire.code(&initializedTopics)
    wire.code(&deletingTopics)
  }
}
