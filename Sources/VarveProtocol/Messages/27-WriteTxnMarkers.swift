package import VarveBase

/// Ends transactions in partitions: a coordinator sends it to the partitions' leaders.
///
/// Version 2 added `transactionVersion` (KIP-1228).
package struct WriteTxnMarkersRequest: WireMessage, Equatable {
  package static let api = API(27, versions: 1...2, flexibleSince: 1)

  package var markers: [Marker] = []

  package struct Marker: WireStruct, Hashable, Sendable {
    package var producerID: Int64 = 0
    package var producerEpoch: Int16 = 0
    /// Whether the transaction is committed or aborted.
    package var isCommit = false
    package var topics: [Topic] = []
    /// A marker of a lower epoch than one written before is refused.
    package var coordinatorEpoch: Int32 = 0
    /// 2 where the marker's producer epoch is one above the transaction's (KIP-890).
    package var transactionVersion: Int8 = 0

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
      wire.code(&producerID)
      wire.code(&producerEpoch)
      wire.code(&isCommit)
      wire.code(&topics)
      wire.code(&coordinatorEpoch)
      wire.code(&transactionVersion, since: 2)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&markers)
  }
}

/// What became of each marker.
package struct WriteTxnMarkersResponse: WireMessage, Equatable {
  package static let api = API(27, versions: 1...2, flexibleSince: 1)

  package var markers: [Marker] = []

  package struct Marker: WireStruct, Hashable, Sendable {
    package var producerID: Int64 = 0
    package var topics: [Topic] = []

    package struct Topic: WireStruct, Hashable, Sendable {
      package var name = ""
      package var partitions: [Partition] = []

      package struct Partition: WireStruct, Hashable, Sendable {
        package var partitionIndex: Int32 = 0
        package var errorCode = ErrorCode.none

        package init() {}
        package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
          wire.code(&partitionIndex)
          wire.code(&errorCode)
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
      wire.code(&producerID)
      wire.code(&topics)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&markers)
  }
}
