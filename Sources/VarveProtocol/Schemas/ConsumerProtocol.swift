package import VarveBase

/// What a member of a classic group of consumers subscribes to.
///
/// Version 1 added `ownedPartitions`; 2 added `generationID`; 3 added `rackID`.
package struct ConsumerProtocolSubscription: WireMessage, Equatable {
  package static let api = API(versions: 0...3)

  package var topics: [String] = []
  package var userData: ByteSlice?
  package var ownedPartitions: [OwnedPartition] = []
  package var generationID: Int32 = -1
  package var rackID: String?

  package struct OwnedPartition: WireStruct, Hashable, Sendable {
    package var topic = ""
    package var partitions: [Int32] = []

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&topic)
      wire.code(&partitions)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&topics)
    wire.code(&userData)
    wire.code(&ownedPartitions, since: 1)
    wire.code(&generationID, since: 2)
    wire.code(&rackID, since: 3)
  }
}

/// What a member of a classic group of consumers is assigned.
package struct ConsumerProtocolAssignment: WireMessage, Equatable {
  package static let api = API(versions: 0...3)

  package var assignedPartitions: [AssignedPartition] = []
  package var userData: ByteSlice?

  package struct AssignedPartition: WireStruct, Hashable, Sendable {
    package var topic = ""
    package var partitions: [Int32] = []

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&topic)
      wire.code(&partitions)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&assignedPartitions)
    wire.code(&userData)
  }
}
