package import VarveBase

/// Names a share group's target assignment (KIP-932).
package struct ShareGroupTargetAssignmentMetadataKey: WireMessage, Equatable {
  package static let api = API(12, versions: 0...0)

  package var groupID = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
  }
}

/// The epoch of a share group's target assignment.
package struct ShareGroupTargetAssignmentMetadataValue: WireMessage, Equatable {
  package static let api = API(12, versions: 0...0, flexibleSince: 0)

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
package struct ShareGroupTargetAssignmentMemberKey: WireMessage, Equatable {
  package static let api = API(13, versions: 0...0)

  package var groupID = ""
  package var memberID = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
    wire.code(&memberID)
  }
}

/// A member's share of the target assignment.
package struct ShareGroupTargetAssignmentMemberValue: WireMessage, Equatable {
  package static let api = API(13, versions: 0...0, flexibleSince: 0)

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

/// Names what a member of a share group fetches from now.
package struct ShareGroupCurrentMemberAssignmentKey: WireMessage, Equatable {
  package static let api = API(14, versions: 0...0)

  package var groupID = ""
  package var memberID = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
    wire.code(&memberID)
  }
}

/// What a member of a share group fetches from now, and at which epoch.
package struct ShareGroupCurrentMemberAssignmentValue: WireMessage, Equatable {
  package static let api = API(14, versions: 0...0, flexibleSince: 0)

  package var memberEpoch: Int32 = 0
  package var previousMemberEpoch: Int32 = 0
  package var state: Int8 = 0
  package var assignedPartitions: [TopicPartition] = []

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
    wire.code(&memberEpoch)
    wire.code(&previousMemberEpoch)
    wire.code(&state)
    wire.code(&assignedPartitions)
  }
}
