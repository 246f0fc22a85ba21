internal import VarveBase
package import VarveProtocol

extension TransactionCoordinator {
  /// Commits or aborts a transaction (EndTxn). The reply may be sent once the decision is stored:
  /// from then on the outcome stands.
  ///
  /// From version 5 on, the producer's epoch goes up with it (KIP-890), and a request sent again is
  /// told from one for the next transaction by its epoch.
  package mutating func end(
    _ request: EndTxnRequest, version: Int16, producerIDs: inout ProducerIDBlock, at now: Moment
  ) throws(CoordinatorError) -> TransactionDecision<EndTxnResponse> {
    let id = request.transactionalID
    if id.isEmpty { throw .emptyTransactionalID() }
    guard let state = transactions[id] else { throw .unknownTransaction(id) }
    let bumpsEpoch = version >= 5
    if try wasDone(request, id, state, version) {
      return TransactionDecision(state.endResponse(bumpsEpoch))
    }
    guard state.status == .ongoing || bumpsEpoch && !request.isCommit else {
      throw .invalidState(id, state, commits: request.isCommit)
    }
    var nextProducerID: Int64 = -1
    if bumpsEpoch, TransactionState.isExhausted(state.epoch) {
      nextProducerID = try producerIDs.takeOne()
    }
    var decision = TransactionDecision(EndTxnResponse())
    prepare(
      id, state, commits: request.isCommit, bumpsEpoch: bumpsEpoch,
      nextProducerID: nextProducerID, in: &decision, at: now)
    if let next = transactions[id] { decision.reply = next.endResponse(bumpsEpoch) }
    return decision
  }

  /// Whether the transaction is still to be completed by these markers.
  package func awaits(_ markers: TransactionMarkers) -> Bool {
    guard let state = transactions[markers.transactionalID], state.status.isPrepared else {
      return false
    }
    return state.producerID == markers.producerID && state.epoch == markers.producerEpoch
      && state.status.isCommit == markers.isCommit
  }

  /// Completes a decided transaction: all its markers are written. A report that comes late, about
  /// an earlier transaction, changes nothing.
  package mutating func markersWritten(
    _ markers: TransactionMarkers, at now: Moment
  ) -> TransactionDecision<Void> {
    var decision = TransactionDecision<Void>()
    let id = markers.transactionalID
    guard awaits(markers), let state = transactions[id], let completed = state.status.completed
    else { return decision }
    var next = state
    next.status = completed
    next.partitions = [:]
    next.lastUpdate = now.wallClock
    if state.nextProducerID >= 0 {
      next.previousProducerID = state.producerID
      (next.producerID, next.epoch) = state.producerAfterwards
      next.nextProducerID = -1
    }
    store(id, next, epochBefore: epochBefore(id), in: &decision, at: now)
    return decision
  }

  /// Aborts an open transaction whose producer does not end it, and shuts the producer out.
  package mutating func abort(
    _ id: String, at now: Moment
  ) throws(CoordinatorError) -> TransactionDecision<Void> {
    guard let state = transactions[id] else {
      throw CoordinatorError(
        .transactionalIDNotFound, "transactional id '\(id)' is not known")
    }
    if state.status.isPrepared { throw .concurrent(id, state) }
    guard state.status == .ongoing else { throw .invalidState(id, state, commits: false) }
    var decision = TransactionDecision<Void>()
    fence(id, state, in: &decision, at: now)
    return decision
  }

  /// Whether this very request ended the transaction already, and is only sent again. Throws where
  /// the transaction is not the producer's to end, or is just being ended.
  private func wasDone(
    _ request: EndTxnRequest, _ id: String, _ state: TransactionState, _ version: Int16
  ) throws(CoordinatorError) -> Bool {
    let producer = (request.producerID, request.producerEpoch)
    let isCurrent = producer == (state.producerID, state.epoch)
    let isAgain = version >= 5 ? state.wasEnded(by: producer) : isCurrent
    if isAgain, let wasCommit = state.status.isCommit {
      guard wasCommit == request.isCommit else {
        throw .invalidState(id, state, commits: request.isCommit)
      }
      if state.status.isPrepared { throw .concurrent(id, state) }
      return true
    }
    if state.status.isPrepared, isCurrent || producer == state.producerAfterwards {
      throw .concurrent(id, state)
    }
    guard producer.0 == state.producerID else { throw .otherProducer(id, state, producer.0) }
    guard isCurrent else {
      throw .fenced(id, state, producer.0, producer.1, isKnown: version >= 2)
    }
    return false
  }
}

extension TransactionState {
  fileprivate func endResponse(_ bumpsEpoch: Bool) -> EndTxnResponse {
    var response = EndTxnResponse()
    if bumpsEpoch { (response.producerID, response.producerEpoch) = producerAfterwards }
    return response
  }
}
