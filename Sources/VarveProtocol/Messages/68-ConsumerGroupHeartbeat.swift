package import VarveBase

/// Joins, keeps up with or leaves a consumer group (KIP-848).
///
/// Version 1 added `subscribedTopicRegex`.
package struct ConsumerGroupHeartbeatRequest: WireMessage, Equatable {
  package static let api = API(68, versions: 0...1, flexibleSince: 0)

  package var groupID = ""
  package var memberID = ""
  package var memberEpoch: Int32 = 0
  package var instanceID: String?
  package var rackID: String?
  package var rebalanceTimeoutMilliseconds: Int32 = -1
  package var subscribedTopicNames: [String]?
  package var subscribedTopicRegex: String?
  package var serverAssignor: String?
  package var topicPartitions: [TopicPartition]?

  package struct TopicPartition: WireStruct, Hashable, Sendable {
    package var topicID = TopicID.zero
    package var partitions: [Int32] = []

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
    wire.code(&memberEpoch)
    wire.code(&instanceID)
    wire.code(&rackID)
    wire.code(&rebalanceTimeoutMilliseconds)
    wire.code(&subscribedTopicNames)
    wire.code(&subscribedTopicRegex, since: 1)
    wire.code(&serverAssignor)
    wire.code(&topicPartitions)
  }
}

/// What the member is to own, and at which epoch.
package struct ConsumerGroupHeartbeatResponse: WireMessage, Equatable {
  package static let api = API(68, versions: 0...1, flexibleSince: 0)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var errorMessage: String?
  package var memberID: String?
  package var memberEpoch: Int32 = 0
  package var heartbeatIntervalMilliseconds: Int32 = 0
  package var assignment: Assignment?

  package struct Assignment: WireStruct, Hashable, Sendable {
    package var topicPartitions: [TopicPartition] = []

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&topicPartitions)
    }
  }

  package struct TopicPartition: WireStruct, Hashable, Sendable {
    package var topicID = TopicID.zero
    package var partitions: [Int32] = []

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
    wire.code(&memberID)
    wire.code(&memberEpoch)
    wire.code(&heartbeatIntervalMilliseconds)
    wire.code(&assignment)
  }
}
