package import VarveBase

/// Asks for the partitions that are moving between brokers (KIP-455).
package struct ListPartitionReassignmentsRequest: WireMessage, Equatable {
  package static let api = API(46, versions: 0...0, flexibleSince: 0)

  package var timeoutMilliseconds: Int32 = 60000
  /// Null: all.
  package var topics: [Topic]?

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var partitionIndexes: [Int32] = []

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&partitionIndexes)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&timeoutMilliseconds)
    wire.code(&topics)
  }
}

/// The partitions that are moving between brokers.
package struct ListPartitionReassignmentsResponse: WireMessage, Equatable {
  package static let api = API(46, versions: 0...0, flexibleSince: 0)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var errorMessage: String?
  package var topics: [Topic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      package var replicas: [Int32] = []
      package var addingReplicas: [Int32] = []
      package var removingReplicas: [Int32] = []

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.code(&replicas)
        wire.code(&addingReplicas)
        wire.code(&removingReplicas)
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
    wire.code(&throttleMilliseconds)
    wire.code(&errorCode)
    wire.code(&errorMessage)
    wire.code(&topics)
  }
}
