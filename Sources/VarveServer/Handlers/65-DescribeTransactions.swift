internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// DescribeTransactions: transactional ids and their transactions. Version 0.
extension Handler {
  static let describeTransactions = Handler(awaiting: DescribeTransactionsRequest.self) {
    request, context in
    do throws(CoordinatorError) {
      return try await context.broker.describeTransactions(request)
    } catch {
      var response = DescribeTransactionsResponse()
      response.transactionStates = request.transactionalIDs.map { id in
        var state = DescribeTransactionsResponse.TransactionState()
        state.transactionalID = id
        state.errorCode = error.code
        return state
      }
      return response
    }
  }
}
