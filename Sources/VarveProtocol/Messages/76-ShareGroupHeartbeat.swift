package import VarveBase

/// Joins, keeps up with or leaves a share group (KIP-932).
///
/// Version 0 was Kafka 4.0's preview; nobody speaks it any more.
package struct ShareGroupHeartbeatRequest: WireMessage, Equatable {
  package static let api = API(76, versions: 1...1, flexibleSince: 0)

  package var groupID = ""
  /// Chosen by the member.
  package var memberID = ""
  /// 0 joins, -1 leaves; else what the last answer said.
  package var memberEpoch: Int32 = 0
  /// Null where nothing changed since the last request; so are the topics.
  package var rackID: String?
  package var subscribedTopicNames: [String]?

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
    wire.code(&memberID)
    wire.code(&memberEpoch)
    wire.code(&rackID)
    wire.code(&subscribedTopicNames)
  }
}

/// What the member is to fetch from, and at which epoch.
package struct ShareGroupHeartbeatResponse: WireMessage, Equatable {
  package static let api = API(76, versions: 1...1, flexibleSince: 0)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var errorMessage: String?
  package var memberID: String?
  package var memberEpoch: Int32 = 0
  package var heartbeatIntervalMilliseconds: Int32 = 0
  /// Null where it is what the last answer said.
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
