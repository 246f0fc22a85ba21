internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// TxnOffsetCommit: a group's offsets, in a transaction. Versions 0 to 5; with 5 the group's offsets
// become part of the transaction by themselves (KIP-890).
extension Handler {
  static let txnOffsetCommit = Handler(awaiting: TxnOffsetCommitRequest.self) {
    request, context in
    do throws(CoordinatorError) {
      try context.access.require(.write, transactionalID: request.transactionalID)
      try context.access.require(.read, group: request.groupID)
      let isAllowed: (TxnOffsetCommitRequest.Topic) -> Bool = {
        context.access.allows(.read, topic: $0.name)
      }
      var allowed = request
      allowed.topics.removeAll { !isAllowed($0) }
      var refused = request
      refused.topics.removeAll(where: isAllowed)
      var response = try await context.broker.groups.txnOffsetCommit(
        allowed, version: context.version, from: context.client)
      response.topics +=
        TxnOffsetCommitResponse(refusing: refused, .topicAuthorizationFailed).topics
      return response
    } catch { return TxnOffsetCommitResponse(refusing: request, error.code) }
  }
}

extension TxnOffsetCommitResponse {
  /// The error of the whole request stands with each partition.
  fileprivate init(refusing request: TxnOffsetCommitRequest, _ code: ErrorCode) {
    self.init()
    topics = request.topics.map { asked in
      var topic = Topic()
      topic.name = asked.name
      topic.partitions = asked.partitions.map {
        var partition = Topic.Partition()
        partition.partitionIndex = $0.partitionIndex
        partition.errorCode = code
        return partition
      }
      return topic
    }
  }
}
