package import VarveBase

/// Asks which producers have written to partitions.
package struct DescribeProducersRequest: WireMessage, Equatable {
  package static let api = API(61, versions: 0...0, flexibleSince: 0)

  package var topics: [Topic] = []

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
    wire.code(&topics)
  }
}

/// The producers of partitions and their open transactions.
package struct DescribeProducersResponse: WireMessage, Equatable {
  package static let api = API(61, versions: 0...0, flexibleSince: 0)

  package var throttleMilliseconds: Int32 = 0
  package var topics: [Topic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      package var errorCode = ErrorCode.none
      package var errorMessage: String?
      package var activeProducers: [ActiveProducer] = []

      package struct ActiveProducer: WireStruct, Hashable, Sendable {
        package var producerID: Int64 = 0
        package var producerEpoch: Int32 = 0
        package var lastSequence: Int32 = -1
        package var lastTimestamp: Int64 = -1
        package var coordinatorEpoch: Int32 = 0
        package var currentTransactionStartOffset: Offset = -1

        package init() {}
        package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
          wire.code(&producerID)
          wire.code(&producerEpoch)
          wire.code(&lastSequence)
          wire.code(&lastTimestamp)
          wire.code(&coordinatorEpoch)
          wire.code(&currentTransactionStartOffset)
        }
      }

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.code(&errorCode)
        wire.code(&errorMessage)
        wire.code(&activeProducers)
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
    wire.code(&topics)
  }
}
