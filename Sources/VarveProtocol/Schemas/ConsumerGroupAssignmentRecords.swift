package import VarveBase

/// Names a consumer group's target assignment.
package struct ConsumerGroupTargetAssignmentMetadataKey: WireMessage, Equatable {
  package static let api = API(6, versions: 0...0)

  package var groupID = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
  }
}

/// The epoch of a consumer group's target assignment.
package struct ConsumerGroupTargetAssignmentMetadataValue: WireMessage, Equatable {
  package static let api = API(6, versions: 0...0, flexibleSince: 0)

  package var assignmentEpoch: Int32 = 0
  package var assignmentTimestamp: Int64 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&assignmentEpoch)
    wire.tags { wire in
      wire.code(&assignmentTimestamp, tag: 0, unless: 0)
    }
  }
}

/// Names a member's share of the target assignment.
package struct ConsumerGroupTargetAssignmentMemberKey: WireMessage, Equatable {
  package static let api = API(7, versions: 0...0)

  package var groupID = ""
  package var memberID = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
    wire.code(&memberID)
  }
}

/// A member's share of the target assignment.
package struct ConsumerGroupTargetAssignmentMemberValue: WireMessage, Equatable {
  package static let api = API(7, versions: 0...0, flexibleSince: 0)

  package var topicPartitions: [TopicPartition] = []

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
    wire.code(&topicPartitions)
  }
}

/// Names what a member owns now.
package struct ConsumerGroupCurrentMemberAssignmentKey: WireMessage, Equatable {
  package static let api = API(8, versions: 0...0)

  package var groupID = ""
  package var memberID = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
    wire.code(&memberID)
  }
}

/// What a member of a consumer group owns now, at which epoch, and what it has to give up.
package struct ConsumerGroupCurrentMemberAssignmentValue: WireMessage, Equatable {
  package static let api = API(8, versions: 0...0, flexibleSince: 0)

  package var memberEpoch: Int32 = 0
  package var previousMemberEpoch: Int32 = 0
  package var state: Int8 = 0
  package var assignedPartitions: [TopicPartition] = []
  package var partitionsPendingRevocation: [TopicPartition] = []

  package struct TopicPartition: WireStruct, Hashable, Sendable {
    package var topicID = TopicID.zero
    package var partitions: [Int32] = []
    package var assignmentEpochs: [Int32]?

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&topicID)
      wire.code(&partitions)
      wire.tags { wire in
        wire.code(&assignmentEpochs, tag: 0, unless: nil)
      }
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&memberEpoch)
    wire.code(&previousMemberEpoch)
    wire.code(&state)
    wire.code(&assignedPartitions)
    wire.code(&partitionsPendingRevocation)
  }
}
