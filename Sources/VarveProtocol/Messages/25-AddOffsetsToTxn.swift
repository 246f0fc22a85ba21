package import VarveBase

/// Puts a group's offsets into a transaction.
///
/// Version 3 is flexible.
package struct AddOffsetsToTxnRequest: WireMessage, Equatable {
  package static let api = API(25, versions: 0...4, flexibleSince: 3)

  package var transactionalID = ""
  package var producerID: Int64 = 0
  package var producerEpoch: Int16 = 0
  package var groupID = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&transactionalID)
    wire.code(&producerID)
    wire.code(&producerEpoch)
    wire.code(&groupID)
  }
}

/// Whether the group's offsets are in the transaction.
///
/// Version 3 is flexible.
package struct AddOffsetsToTxnResponse: WireMessage, Equatable {
  package static let api = API(25, versions: 0...4, flexibleSince: 3)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&errorCode)
  }
}
