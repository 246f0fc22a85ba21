internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// AddOffsetsToTxn: puts a group's offsets into a transaction. Versions 0 to 4.
extension Handler {
  static let addOffsetsToTxn = Handler(coordinated: AddOffsetsToTxnRequest.self) {
    request, context async throws(CoordinatorError) in
    try context.access.require(.write, transactionalID: request.transactionalID)
    try context.access.require(.read, group: request.groupID)
    return try await context.broker.addOffsetsToTransaction(request, version: context.version)
  }
}

extension AddOffsetsToTxnResponse: Refusable {}
