package import VarveBase

/// Asks for a producer id, or fences earlier producers of a transactional id.
///
/// Version 2 is flexible; 3 added `producerID`, `producerEpoch`; 6 added `enablesTwoPhaseCommit`,
/// `keepsPreparedTransaction`.
package struct InitProducerIdRequest: WireMessage, Equatable {
  package static let api = API(22, versions: 0...6, flexibleSince: 2)

  package var transactionalID: String?
  package var transactionTimeoutMilliseconds: Int32 = 0
  package var producerID: Int64 = -1
  package var producerEpoch: Int16 = -1
  package var enablesTwoPhaseCommit = false
  package var keepsPreparedTransaction = false

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&transactionalID)
    wire.code(&transactionTimeoutMilliseconds)
    wire.code(&producerID, since: 3)
    wire.code(&producerEpoch, since: 3)
    wire.code(&enablesTwoPhaseCommit, since: 6)
    wire.code(&keepsPreparedTransaction, since: 6)
  }
}

/// A producer's id and epoch.
///
/// Version 2 is flexible; 6 added `ongoingTransactionProducerID`,
/// `ongoingTransactionProducerEpoch`.
package struct InitProducerIdResponse: WireMessage, Equatable {
  package static let api = API(22, versions: 0...6, flexibleSince: 2)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var producerID: Int64 = -1
  package var producerEpoch: Int16 = 0
  package var ongoingTransactionProducerID: Int64 = -1
  package var ongoingTransactionProducerEpoch: Int16 = -1

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&errorCode)
    wire.code(&producerID)
    wire.code(&producerEpoch)
    wire.code(&ongoingTransactionProducerID, since: 6)
    wire.code(&ongoingTransactionProducerEpoch, since: 6)
  }
}
