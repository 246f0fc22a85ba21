internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// ListTransactions: the transactional ids, by state, producer and age where the client asks.
// Versions 0 to 2.
extension Handler {
  static let listTransactions = Handler(coordinated: ListTransactionsRequest.self) {
    request, context async throws(CoordinatorError) in
    var response = try await context.broker.listTransactions(request)
    response.transactionStates.removeAll {
      !context.access.allows(.describe, .transactionalID, $0.transactionalID)
    }
    return response
  }
}

extension ListTransactionsResponse: Refusable {}
