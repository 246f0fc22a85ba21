package import VarveBase

/// Moves partitions between brokers (KIP-455).
///
/// Version 1 added `allowsReplicationFactorChange` (KIP-860).
package struct AlterPartitionReassignmentsRequest: WireMessage, Equatable {
  package static let api = API(45, versions: 0...1, flexibleSince: 0)

  package var timeoutMilliseconds: Int32 = 60000
  package var allowsReplicationFactorChange = true
  package var topics: [Topic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      /// The brokers that are to have the partition; null to stop a move.
      package var replicas: [Int32]?

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.code(&replicas)
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
    wire.code(&timeoutMilliseconds)
    wire.code(&allowsReplicationFactorChange, since: 1)
    wire.code(&topics)
  }
}

/// What became of each partition.
///
/// Version 1 added `allowsReplicationFactorChange` (KIP-860).
package struct AlterPartitionReassignmentsResponse: WireMessage, Equatable {
  package static let api = API(45, versions: 0...1, flexibleSince: 0)

  package var throttleMilliseconds: Int32 = 0
  package var allowsReplicationFactorChange = true
  package var errorCode = ErrorCode.none
  package var errorMessage: String?
  package var topics: [Topic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
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
      wire.code(&partitions)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&allowsReplicationFactorChange, since: 1)
    wire.code(&errorCode)
    wire.code(&errorMessage)
    wire.code(&topics)
  }
}
