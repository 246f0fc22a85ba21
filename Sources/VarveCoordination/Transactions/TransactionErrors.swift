internal import VarveBase

extension CoordinatorError {
  static func emptyTransactionalID() -> Self {
    Self(.invalidRequest, "the request names no transactional id")
  }

  static func unknownTransaction(_ id: String) -> Self {
    Self(
      .invalidProducerIDMapping,
      "transactional id '\(id)' is not known; the producer has to start anew (InitProducerId)")
  }

  static func otherProducer(_ id: String, _ state: TransactionState, _ producerID: Int64) -> Self {
    Self(
      .invalidProducerIDMapping,
      "transactional id '\(id)' belongs to producer \(state.producerID), not \(producerID)")
  }

  /// A producer that was replaced. Old clients know the error by another name.
  static func fenced(
    _ id: String, _ state: TransactionState, _ producerID: Int64, _ epoch: Int16, isKnown: Bool
  ) -> Self {
    Self(
      isKnown ? .producerFenced : .invalidProducerEpoch,
      "producer \(producerID) with epoch \(epoch) of transactional id '\(id)' was replaced by"
        + " producer \(state.producerID) with epoch \(state.epoch), or its transaction timed out;"
        + " it must stop")
  }

  static func concurrent(_ id: String, _ state: TransactionState) -> Self {
    Self(
      .concurrentTransactions,
      "the transaction of '\(id)' is still being completed (\(state.status.name)); try again")
  }

  static func invalidState(_ id: String, _ state: TransactionState, commits: Bool) -> Self {
    Self(
      .invalidTxnState,
      "'\(id)' has no transaction that can be \(commits ? "committed" : "aborted"): its state is"
        + " \(state.status.name)")
  }
}

extension ProducerIDBlock {
  /// The shell takes a new block before the old one is used up, so that this fails only where the
  /// disk does.
  mutating func takeOne() throws(CoordinatorError) -> Int64 {
    guard let id = take() else {
      throw CoordinatorError(.coordinatorNotAvailable, "no producer ids are left; try again")
    }
    return id
  }
}
