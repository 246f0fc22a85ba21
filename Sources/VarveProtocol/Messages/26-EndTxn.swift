package import VarveBase

/// Commits or aborts a transaction.
///
/// Version 3 is flexible.
package struct EndTxnRequest: WireMessage, Equatable {
  package static let api = API(26, versions: 0...5, flexibleSince: 3)

  package var transactionalID = ""
  package var producerID: Int64 = 0
  package var producerEpoch: Int16 = 0
  package var isCommit = false

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&transactionalID)
    wire.code(&producerID)
    wire.code(&producerEpoch)
    wire.code(&isCommit)
  }
}

/// Whether the transaction ends as asked.
///
/// Version 3 is flexible; 5 added `producerID`, `producerEpoch`.
package struct EndTxnResponse: WireMessage, Equatable {
  package static let api = API(26, versions: 0...5, flexibleSince: 3)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var producerID: Int64 = -1
  package var producerEpoch: Int16 = -1

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&errorCode)
    wire.code(&producerID, since: 5)
    wire.code(&producerEpoch, since: 5)
  }
}
