internal import VarveBase
package import VarveProtocol

extension TransactionCoordinator {
  /// The state of a transactional id (DescribeTransactions, KIP-664).
  package func describe(_ id: String) -> DescribeTransactionsResponse.TransactionState {
    var description = DescribeTransactionsResponse.TransactionState()
    description.transactionalID = id
    guard !id.isEmpty else {
      description.errorCode = .invalidRequest
      return description
    }
    guard let state = transactions[id] else {
      description.errorCode = .transactionalIDNotFound
      return description
    }
    description.transactionState = state.status.name
    description.transactionTimeoutMilliseconds = state.timeout
    description.transactionStartTimeMilliseconds = state.startTime.rawValue
    description.producerID = state.producerID
    description.producerEpoch = state.epoch
    description.topics = (state.value.transactionPartitions ?? []).map { topic in
      var entry = DescribeTransactionsResponse.TransactionState.Topic()
      entry.topic = topic.topic
      entry.partitions = topic.partitionIDs
      return entry
    }
    return description
  }

  /// The transactional ids that pass every filter of a request (ListTransactions, KIP-664,
  /// KIP-994), by name. Patterns match ids in ASCII only. Throws INVALID_REGULAR_EXPRESSION.
  package func list(
    _ request: ListTransactionsRequest, at now: Moment
  ) throws(CoordinatorError) -> ListTransactionsResponse {
    let known = Set(TransactionStatus.allCases.map(\.name))
    var response = ListTransactionsResponse()
    response.unknownStateFilters = request.stateFilters.filter {
      !known.contains($0) && !TransactionStatus.neverStored.contains($0)
    }
    let pattern = try Self.pattern(request.transactionalIDPattern)
    let passing = transactions.filter { id, state in
      request.passes(state, at: now.wallClock) && pattern?.matches(id) ?? true
    }
    response.transactionStates = passing.sorted { $0.key < $1.key }.map { id, state in
      var entry = ListTransactionsResponse.TransactionState()
      entry.transactionalID = id
      entry.producerID = state.producerID
      entry.transactionState = state.status.name
      return entry
    }
    return response
  }

  private static func pattern(_ text: String?) throws(CoordinatorError) -> TopicPattern? {
    guard let text, !text.isEmpty else { return nil }
    do throws(PatternError) { return try TopicPattern(text) } catch {
      throw CoordinatorError(
        .invalidRegularExpression, "the pattern '\(text)' is not a regular expression: \(error)")
    }
  }
}

extension ListTransactionsRequest {
  fileprivate func passes(_ state: TransactionState, at now: Timestamp) -> Bool {
    if !stateFilters.isEmpty, !stateFilters.contains(state.status.name) { return false }
    if !producerIDFilters.isEmpty, !producerIDFilters.contains(state.producerID) { return false }
    guard durationFilter >= 0 else { return true }
    let (age, overflows) = now.rawValue.subtractingReportingOverflow(state.startTime.rawValue)
    return overflows ? state.startTime < now : age > durationFilter
  }
}
