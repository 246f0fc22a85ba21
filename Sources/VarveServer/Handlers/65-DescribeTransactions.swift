internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// DescribeTransactions: transactional ids and their transactions. Version 0.
extension Handler {
  static let describeTransactions = Handler(awaiting: DescribeTransactionsRequest.self) {
    request, context in
    var allowed = request
    allowed.transactionalIDs.removeAll { !context.access.allows(.describe, .transactionalID, $0) }
    let refused = request.transactionalIDs.filter {
      !context.access.allows(.describe, .transactionalID, $0)
    }
    do throws(CoordinatorError) {
      var response = try await context.broker.describeTransactions(allowed)
      for index in response.transactionStates.indices {
        response.transactionStates[index].topics.removeAll {
          !context.access.allows(.describe, topic: $0.topic)
        }
      }
      response.transactionStates += refused.map { id in
        var state = DescribeTransactionsResponse.TransactionState()
        state.transactionalID = id
        state.errorCode = .transactionalIDAuthorizationFailed
        return state
      }
      return response
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
