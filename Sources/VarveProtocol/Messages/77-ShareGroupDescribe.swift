package import VarveBase

/// Asks for share groups and their members (KIP-932).
package struct ShareGroupDescribeRequest: WireMessage, Equatable {
  package static let api = API(77, versions: 1...1, flexibleSince: 0)

  package var groupIDs: [String] = []
  package var includesAuthorizedOperations = false

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupIDs)
    wire.code(&includesAuthorizedOperations)
  }
}

/// Share groups and their members.
package struct ShareGroupDescribeResponse: WireMessage, Equatable {
  package static let api = API(77, versions: 1...1, flexibleSince: 0)

  package var throttleMilliseconds: Int32 = 0
  package var groups: [Group] = []

  package struct Group: WireStruct, Hashable, Sendable {
    package var errorCode = ErrorCode.none
    package var errorMessage: String?
    package var groupID = ""
    package var groupState = ""
    package var groupEpoch: Int32 = 0
    package var assignmentEpoch: Int32 = 0
    package var assignorName = ""
    package var members: [Member] = []
    /// A bit for each operation that is allowed, or `Int32.min` where nobody asked.
    package var authorizedOperations = Int32.min

    package struct Member: WireStruct, Hashable, Sendable {
      package var memberID = ""
      package var rackID: String?
      package var memberEpoch: Int32 = 0
      package var clientID = ""
      package var clientHost = ""
      package var subscribedTopicNames: [String] = []
      package var assignment = Assignment()

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&memberID)
        wire.code(&rackID)
        wire.code(&memberEpoch)
        wire.code(&clientID)
        wire.code(&clientHost)
        wire.code(&subscribedTopicNames)
        wire.code(&assignment)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&errorCode)
      wire.code(&errorMessage)
      wire.code(&groupID)
      wire.code(&groupState)
      wire.code(&groupEpoch)
      wire.code(&assignmentEpoch)
      wire.code(&assignorName)
      wire.code(&members)
      wire.code(&authorizedOperations)
    }
  }

  package struct TopicPartition: WireStruct, Hashable, Sendable {
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

  package struct Assignment: WireStruct, Hashable, Sendable {
    package var topicPartitions: [TopicPartition] = []

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&topicPartitions)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&groups)
  }
}
