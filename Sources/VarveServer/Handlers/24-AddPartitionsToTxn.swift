internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// AddPartitionsToTxn: puts partitions into transactions. Versions 0 to 5; from 4 on of several.
extension Handler {
  static let addPartitionsToTxn = Handler(awaiting: AddPartitionsToTxnRequest.self) {
    request, context in
    if let refusal = AddPartitionsToTxnResponse(refusing: request, context) { return refusal }
    return await context.broker.addPartitionsToTransaction(request, version: context.version)
  }
}

extension AddPartitionsToTxnResponse {
  /// Why nothing is done; nil where the client may do all of it. Requests of several transactions
  /// are those of brokers.
  fileprivate init?(refusing request: AddPartitionsToTxnRequest, _ context: RequestContext) {
    let access = context.access
    self.init()
    guard context.version < 4 else {
      guard let refusal = access.clusterRefusal(.clusterAction) else { return nil }
      errorCode = refusal
      return
    }
    let mayWrite = access.allows(.write, .transactionalID, request.v3AndBelowTransactionalID)
    let topics = request.v3AndBelowTopics
    if mayWrite && topics.allSatisfy({ access.allows(.write, topic: $0.name) }) { return nil }
    resultsByTopicV3AndBelow = topics.map { topic in
      var result = AddPartitionsToTxnTopicResult()
      result.name = topic.name
      result.resultsByPartition = topic.partitions.map { index in
        var partition = AddPartitionsToTxnPartitionResult()
        partition.partitionIndex = index
        partition.partitionErrorCode =
          !mayWrite
          ? .transactionalIDAuthorizationFailed
          : access.allows(.write, topic: topic.name)
            ? .operationNotAttempted : .topicAuthorizationFailed
        return partition
      }
      return result
    }
  }
}
