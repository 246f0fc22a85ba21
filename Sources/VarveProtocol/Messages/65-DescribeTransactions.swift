package import VarveBase

/// Asks for the state of transactional ids.
package struct DescribeTransactionsRequest: WireMessage, Equatable {
  package static let api = API(65, versions: 0...0, flexibleSince: 0)

  package var transactionalIDs: [String] = []

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&transactionalIDs)
  }
}

/// The state of transactional ids.
package struct DescribeTransactionsResponse: WireMessage, Equatable {
  package static let api = API(65, versions: 0...0, flexibleSince: 0)

  package var throttleMilliseconds: Int32 = 0
  package var transactionStates: [TransactionState] = []

  package struct TransactionState: WireStruct, Hashable, Sendable {
    package var errorCode = ErrorCode.none
    package var transactionalID = ""
    package var transactionState = ""
    package var transactionTimeoutMilliseconds: Int32 = 0
    package var transactionStartTimeMilliseconds: Int64 = 0
    package var producerID: Int64 = 0
    package var producerEpoch: Int16 = 0
    package var topics: [Topic] = []

    package struct Topic: WireStruct, Hashable, Sendable {
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
      wire.code(&errorCode)
      wire.code(&transactionalID)
      wire.code(&transactionState)
      wire.code(&transactionTimeoutMilliseconds)
      wire.code(&transactionStartTimeMilliseconds)
      wire.code(&producerID)
      wire.code(&producerEpoch)
      wire.code(&topics)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&transactionStates)
  }
}
