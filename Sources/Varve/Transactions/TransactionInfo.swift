public import VarveBase
internal import VarveProtocol

/// A transactional id, as operators see it.
public struct TransactionInfo: Hashable, Sendable {
  /// The transactional id.
  public let id: String
  public let producerID: Int64
  /// In Kafka's words: `Ongoing`, `PrepareCommit`, `CompleteAbort`.
  public let state: String
}

/// A transactional id with all that can be said of it.
public struct TransactionDetails: Hashable, Sendable {
  public let transaction: TransactionInfo
  public let producerEpoch: Int16
  /// How long a transaction may be open.
  public let timeout: Duration
  /// When the open transaction was begun; nil where none is.
  public let start: Timestamp?
  /// The partitions of the open transaction, in their order.
  public let partitions: [TopicPartition]
}

extension TransactionInfo {
  init(_ state: ListTransactionsResponse.TransactionState) {
    self.init(
      id: state.transactionalID, producerID: state.producerID, state: state.transactionState)
  }
}

extension TransactionDetails {
  init(_ state: DescribeTransactionsResponse.TransactionState) {
    let start = state.transactionStartTimeMilliseconds
    let partitions = state.topics.flatMap { topic in
      topic.partitions.compactMap { TopicPartition(directoryName: "\(topic.topic)-\($0)") }
    }
    self.init(
      transaction: TransactionInfo(
        id: state.transactionalID, producerID: state.producerID, state: state.transactionState),
      producerEpoch: state.producerEpoch,
      timeout: .milliseconds(state.transactionTimeoutMilliseconds),
      start: partitions.isEmpty ? nil : Timestamp(start), partitions: partitions.sorted())
  }
}
