internal import VarveBase
package import VarveProtocol

extension TransactionCoordinator {
  /// Gives a producer its id and epoch (InitProducerId). One with a transactional id takes the
  /// place of earlier ones with the same: their epoch is past, and their transaction aborted, for
  /// which the reply is CONCURRENT_TRANSACTIONS and the producer asks again.
  package mutating func initProducer(
    _ request: InitProducerIdRequest, version: Int16, producerIDs: inout ProducerIDBlock,
    at now: Moment
  ) throws(CoordinatorError) -> TransactionDecision<InitProducerIdResponse> {
    guard let id = request.transactionalID else {
      return TransactionDecision(.producer(try producerIDs.takeOne(), 0))
    }
    try validate(request, id)
    guard let state = transactions[id] else {
      let state = TransactionState(
        producerID: try producerIDs.takeOne(), epoch: 0,
        timeout: request.transactionTimeoutMilliseconds, at: now.wallClock)
      return start(id, state, epochBefore: nil, at: now)
    }
    let isFirst = try judge(request, id, state, version)
    switch state.status {
    case .prepareCommit, .prepareAbort: throw .concurrent(id, state)
    case .ongoing:
      if isFirst { return abort(id, state, at: now) }
      return try abortOwn(id, state, producerIDs: &producerIDs, at: now)
    case .empty, .completeCommit, .completeAbort: break
    }
    var next = TransactionState(
      producerID: state.producerID, epoch: state.epoch,
      timeout: request.transactionTimeoutMilliseconds, at: now.wallClock)
    next.clientVersion = state.clientVersion
    next.previousProducerID = state.previousProducerID
    if !isFirst, request.isRepeated(of: state, epochBefore: epochBefore(id)) {
      return start(id, next, epochBefore: request.producerEpoch, at: now)
    }
    if TransactionState.isExhausted(state.epoch) {
      next.producerID = try producerIDs.takeOne()
      next.previousProducerID = state.producerID
      next.epoch = 0
    } else {
      next.epoch += 1
    }
    return start(id, next, epochBefore: isFirst ? nil : state.epoch, at: now)
  }

  private func validate(_ request: InitProducerIdRequest, _ id: String) throws(CoordinatorError) {
    if id.isEmpty {
      throw CoordinatorError(
        .invalidRequest, "a transactional id is empty; give it a name, or none at all")
    }
    if request.enablesTwoPhaseCommit {
      throw CoordinatorError(
        .transactionalIDAuthorizationFailed,
        "transactional id '\(id)' asks for two-phase commit, which this broker does not offer")
    }
    if request.keepsPreparedTransaction {
      throw CoordinatorError(
        .unsupportedVersion,
        "transactional id '\(id)' asks to keep a prepared transaction, which needs two-phase commit"
      )
    }
    let timeout = request.transactionTimeoutMilliseconds
    guard timeout > 0, timeout <= settings.maxTimeout else {
      throw CoordinatorError(
        .invalidTransactionTimeout,
        "the transaction timeout of '\(id)' is \(timeout) ms; 1 to \(settings.maxTimeout) ms are"
          + " allowed (transaction.max.timeout.ms)")
    }
  }

  /// Whether the request is of a producer that starts, or else of one that goes on after an error
  /// and says what it is called (KIP-360). Throws where the latter has been replaced.
  private func judge(
    _ request: InitProducerIdRequest, _ id: String, _ state: TransactionState, _ version: Int16
  ) throws(CoordinatorError) -> Bool {
    guard request.producerID >= 0 else { return true }
    let isCurrent =
      request.producerID == state.producerID && request.producerEpoch == state.epoch
    guard isCurrent || request.isRepeated(of: state, epochBefore: epochBefore(id)) else {
      throw .fenced(
        id, state, request.producerID, request.producerEpoch, isKnown: version >= 4)
    }
    return false
  }

  private mutating func start(
    _ id: String, _ state: TransactionState, epochBefore: Int16?, at now: Moment
  ) -> TransactionDecision<InitProducerIdResponse> {
    var decision = TransactionDecision(
      InitProducerIdResponse.producer(state.producerID, state.epoch))
    store(id, state, epochBefore: epochBefore, in: &decision, at: now)
    return decision
  }

  /// Aborts the open transaction of a producer that another one replaces.
  private mutating func abort(
    _ id: String, _ state: TransactionState, at now: Moment
  ) -> TransactionDecision<InitProducerIdResponse> {
    var decision = TransactionDecision(InitProducerIdResponse.askAgain)
    fence(id, state, in: &decision, at: now)
    return decision
  }

  /// Aborts the open transaction of a producer that goes on after an error: it is not shut out.
  private mutating func abortOwn(
    _ id: String, _ state: TransactionState, producerIDs: inout ProducerIDBlock, at now: Moment
  ) throws(CoordinatorError) -> TransactionDecision<InitProducerIdResponse> {
    let isExhausted = TransactionState.isExhausted(state.epoch)
    let nextProducerID = isExhausted ? try producerIDs.takeOne() : -1
    var decision = TransactionDecision(InitProducerIdResponse.askAgain)
    prepare(
      id, state, commits: false, bumpsEpoch: true, nextProducerID: nextProducerID, in: &decision,
      at: now)
    return decision
  }
}

extension InitProducerIdRequest {
  /// Whether the producer was given the present id and epoch, but did not hear of it: it asks with
  /// what it had before.
  fileprivate func isRepeated(of state: TransactionState, epochBefore: Int16?) -> Bool {
    guard let epochBefore, producerEpoch == epochBefore else { return false }
    return producerID == state.producerID
      || producerID == state.previousProducerID && TransactionState.isExhausted(epochBefore)
  }
}

extension InitProducerIdResponse {
  fileprivate static func producer(_ id: Int64, _ epoch: Int16) -> Self {
    var response = Self()
    response.producerID = id
    response.producerEpoch = epoch
    return response
  }

  fileprivate static var askAgain: Self {
    var response = Self()
    response.errorCode = .concurrentTransactions
    return response
  }
}
