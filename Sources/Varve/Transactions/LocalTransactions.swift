internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

/// The coordinators of transactions of the engine in this process.
struct LocalTransactions: TransactionClient {
  let broker: Broker
  /// Who commits offsets, as the coordinators of groups see it.
  let client: BrokerGroups.Client

  func initProducer(
    _ request: InitProducerIdRequest
  ) async throws(CoordinatorError) -> InitProducerIdResponse {
    let response = try await broker.initProducer(request, version: 5)
    guard response.errorCode == .none else {
      throw CoordinatorError(
        response.errorCode,
        "the transaction of an earlier producer '\(request.transactionalID ?? "")' is being ended")
    }
    return response
  }

  /// What is refused here is refused again, with the reason, when a batch for the partition comes.
  func join(
    _ partitions: [TopicPartition], to transactionalID: String, of producer: ProducerIdentity
  ) async {
    var request = AddPartitionsToTxnRequest.Transaction()
    request.transactionalID = transactionalID
    request.producerID = producer.id
    request.producerEpoch = producer.epoch
    request.topics = Dictionary(grouping: partitions, by: \.topic).map { name, partitions in
      var topic = AddPartitionsToTxnRequest.AddPartitionsToTxnTopic()
      topic.name = name.description
      topic.partitions = partitions.map(\.partition)
      return topic
    }
    var requests = AddPartitionsToTxnRequest()
    requests.transactions = [request]
    _ = await broker.addPartitionsToTransaction(requests, version: 5)
  }

  func commitOffsets(
    _ request: TxnOffsetCommitRequest
  ) async throws(CoordinatorError) -> TxnOffsetCommitResponse {
    try await broker.groups.txnOffsetCommit(request, version: 5, from: client)
  }

  func end(_ request: EndTxnRequest) async throws(CoordinatorError) -> EndTxnResponse {
    try await broker.endTransaction(request, version: 5)
  }

  func isCompleting(_ transactionalID: String) -> Bool {
    broker.isCompletingTransaction(of: transactionalID)
  }

  func list(
    _ request: ListTransactionsRequest
  ) async throws(CoordinatorError) -> ListTransactionsResponse {
    try await broker.listTransactions(request)
  }

  func describe(
    _ request: DescribeTransactionsRequest
  ) async throws(CoordinatorError) -> DescribeTransactionsResponse {
    try await broker.describeTransactions(request)
  }

  func abort(_ transactionalID: String) async throws(CoordinatorError) {
    try await broker.abortTransaction(of: transactionalID)
  }
}
