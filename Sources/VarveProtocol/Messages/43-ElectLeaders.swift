package import VarveBase

/// Elects leaders of partitions (KIP-183, KIP-460).
///
/// Version 1 added `electionType` (KIP-460); 2 is flexible.
package struct ElectLeadersRequest: WireMessage, Equatable {
  package static let api = API(43, versions: 0...2, flexibleSince: 2)

  /// 0: the preferred replica; 1: one out of sync where no other lives.
  package var electionType: Int8 = 0
  /// Null: all.
  package var topics: [Topic]?
  package var timeoutMilliseconds: Int32 = 60000

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
    wire.code(&electionType, since: 1)
    wire.code(&topics)
    wire.code(&timeoutMilliseconds)
  }
}

/// What became of each election.
///
/// Version 1 added `errorCode`; 2 is flexible.
package struct ElectLeadersResponse: WireMessage, Equatable {
  package static let api = API(43, versions: 0...2, flexibleSince: 2)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
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
    wire.code(&errorCode, since: 1)
    wire.code(&topics)
  }
}
