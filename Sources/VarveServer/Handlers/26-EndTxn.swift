internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// EndTxn: commits or aborts a transaction. Versions 0 to 5; with 5 the producer gets a new epoch
// (KIP-890).
extension Handler {
  static let endTxn = Handler(coordinated: EndTxnRequest.self) {
    request, context async throws(CoordinatorError) in
    try context.access.require(.write, transactionalID: request.transactionalID)
    return try await context.broker.endTransaction(request, version: context.version)
  }
}

extension EndTxnResponse: Refusable {}
