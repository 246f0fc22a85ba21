/// Names a transactional id.
package struct TransactionLogKey: WireMessage, Equatable {
  package static let api = API(0, versions: 0...0)

  package var transactionalID = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&transactionalID)
  }
}

/// The state of a transactional id: its producer, and its transaction where it has one.
///
/// Version 1 is flexible.
package struct TransactionLogValue: WireMessage, Equatable {
  package static let api = API(0, versions: 0...1, flexibleSince: 1)

  package var producerID: Int64 = 0
  package var previousProducerID: Int64 = -1
  package var nextProducerID: Int64 = -1
  package var producerEpoch: Int16 = 0
  package var nextProducerEpoch: Int16 = -1
  package var transactionTimeoutMilliseconds: Int32 = 0
  package var transactionStatus: Int8 = 0
  package var transactionPartitions: [TransactionPartition]?
  package var transactionLastUpdateTimestampMilliseconds: Int64 = 0
  package var transactionStartTimestampMilliseconds: Int64 = 0
  package var clientTransactionVersion: Int16 = 0

  package struct TransactionPartition: WireStruct, Hashable, Sendable {
    package var topic = ""
    package var partitionIDs: [Int32] = []

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&topic)
      wire.code(&partitionIDs)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&producerID)
    wire.code(&producerEpoch)
    wire.code(&transactionTimeoutMilliseconds)
    wire.code(&transactionStatus)
    wire.code(&transactionPartitions)
    wire.code(&transactionLastUpdateTimestampMilliseconds)
    wire.code(&transactionStartTimestampMilliseconds)
    wire.tags { wire in
      wire.code(&previousProducerID, tag: 0, unless: -1)
      wire.code(&nextProducerID, tag: 1, unless: -1)
      wire.code(&clientTransactionVersion, tag: 2, unless: 0)
      wire.code(&nextProducerEpoch, tag: 3, unless: -1)
    }
  }
}
