package import VarveBase

/// What becomes of a transaction that a partition has open, when a crash may have taken what the
/// coordinator had stored, or the marker that the partition had.
package enum OpenTransactionFate: Equatable, Sendable {
  /// The coordinator knows of it, and ends it.
  case coordinated
  /// The coordinator has ended it: the partition lost the marker.
  case ended(commits: Bool)
  /// The producer's transaction is open without the partition: the coordinator lost that it was put
  /// in, so that it can only be aborted as a whole.
  case torn(transactionalID: String)
}

extension TransactionCoordinator {
  /// The fate of the transaction that a producer has open in a partition; nil where nobody knows of
  /// it.
  package func fate(
    of producer: (id: Int64, epoch: Int16), in partition: TopicPartition
  ) -> OpenTransactionFate? {
    for (id, state) in transactions
    where state.producerID == producer.id || state.previousProducerID == producer.id {
      return state.fate(of: producer, in: partition, id)
    }
    return nil
  }
}

extension TransactionState {
  fileprivate func fate(
    of producer: (id: Int64, epoch: Int16), in partition: TopicPartition, _ id: String
  ) -> OpenTransactionFate? {
    let isIn = contains(partition.topic.description, partition.partition)
    let isCurrent = producer == (producerID, epoch)
    if let commits = status.isCommit {
      if status.isPrepared, isIn { return .coordinated }
      return isCurrent || wasEnded(by: producer) ? .ended(commits: commits) : nil
    }
    guard status == .ongoing, isCurrent else { return nil }
    return isIn ? .coordinated : .torn(transactionalID: id)
  }
}
