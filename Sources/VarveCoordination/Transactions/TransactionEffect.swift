package import VarveProtocol

/// What the shell does once a transaction's records are stored.
package enum TransactionEffect: Equatable, Sendable {
  /// Writes the outcome to every partition of the transaction, again and again until each has it,
  /// and then reports `markersWritten`.
  case writeMarkers(TransactionMarkers)
}

/// The outcome of a transaction, and where it has to be written. Writing a marker twice does no
/// harm as long as the transaction is not complete.
package struct TransactionMarkers: Equatable, Sendable {
  package var transactionalID: String
  package var producerID: Int64
  package var producerEpoch: Int16
  package var isCommit: Bool
  package var coordinatorEpoch: Int32
  /// By topic; a group's partition of `__consumer_offsets` among them.
  package var partitions: [String: Set<Int32>]

  package init(
    transactionalID: String, producerID: Int64, producerEpoch: Int16, isCommit: Bool,
    coordinatorEpoch: Int32, partitions: [String: Set<Int32>]
  ) {
    self.transactionalID = transactionalID
    self.producerID = producerID
    self.producerEpoch = producerEpoch
    self.isCommit = isCommit
    self.coordinatorEpoch = coordinatorEpoch
    self.partitions = partitions
  }
}

package typealias TransactionDecision<Reply: Sendable> = Decision<
  TransactionRecord, Reply, TransactionEffect
>
