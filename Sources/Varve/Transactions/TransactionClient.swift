package import VarveBase
package import VarveCoordination
package import VarveProtocol

/// What the public API needs of the coordinators of transactions: those in this process, or
/// those behind Kafka's wire protocol.
///
/// What a coordinator says of a whole request is thrown, so that `errorCode` of a response that is
/// returned is `none`.
package protocol TransactionClient: Sendable {
  func initProducer(
    _ request: InitProducerIdRequest
  ) async throws(CoordinatorError) -> InitProducerIdResponse

  /// Puts partitions into the open transaction of a producer: all of them, or none where one does
  /// not exist or the transaction cannot take them.
  func join(
    _ partitions: [TopicPartition], to transactionalID: String, of producer: ProducerIdentity
  ) async

  /// Commits offsets of a group as part of a transaction, which its group becomes part of.
  func commitOffsets(
    _ request: TxnOffsetCommitRequest
  ) async throws(CoordinatorError) -> TxnOffsetCommitResponse

  /// Ends a transaction as version 5 of the request does: the producer has another epoch
  /// afterwards.
  func end(_ request: EndTxnRequest) async throws(CoordinatorError) -> EndTxnResponse

  /// Whether it is known that the last transaction of an id is not complete yet, so that the next
  /// one cannot be begun.
  func isCompleting(_ transactionalID: String) -> Bool

  func list(
    _ request: ListTransactionsRequest
  ) async throws(CoordinatorError) -> ListTransactionsResponse
  func describe(
    _ request: DescribeTransactionsRequest
  ) async throws(CoordinatorError) -> DescribeTransactionsResponse

  /// Aborts an open transaction whose producer does not end it, and shuts the producer out.
  func abort(_ transactionalID: String) async throws(CoordinatorError)
}
