package import VarveBase

/// Asks which transactional ids there are.
///
/// Version 1 added `durationFilter`; 2 added `transactionalIDPattern`.
package struct ListTransactionsRequest: WireMessage, Equatable {
  package static let api = API(66, versions: 0...2, flexibleSince: 0)

  package var stateFilters: [String] = []
  package var producerIDFilters: [Int64] = []
  package var durationFilter: Int64 = -1
  package var transactionalIDPattern: String?

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&stateFilters)
    wire.code(&producerIDFilters)
    wire.code(&durationFilter, since: 1)
    wire.code(&transactionalIDPattern, since: 2)
  }
}

/// The transactional ids that there are.
package struct ListTransactionsResponse: WireMessage, Equatable {
  package static let api = API(66, versions: 0...2, flexibleSince: 0)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var unknownStateFilters: [String] = []
  package var transactionStates: [TransactionState] = []

  package struct TransactionState: WireStruct, Hashable, Sendable {
    package var transactionalID = ""
    package var producerID: Int64 = 0
    package var transactionState = ""

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&transactionalID)
      wire.code(&producerID)
      wire.code(&transactionState)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&errorCode)
    wire.code(&unknownStateFilters)
    wire.code(&transactionStates)
  }
}
