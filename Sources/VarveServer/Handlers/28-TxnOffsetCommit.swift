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
      if context.version >= 5 { try await join(request, context) }
      return try await context.broker.groups.txnOffsetCommit(request, from: context.client)
    } catch { return TxnOffsetCommitResponse(refusing: request, error.code) }
  }

  private static func join(
    _ request: TxnOffsetCommitRequest, _ context: RequestContext
  ) async throws(CoordinatorError) {
    var joining = AddOffsetsToTxnRequest()
    joining.transactionalID = request.transactionalID
    joining.producerID = request.producerID
    joining.producerEpoch = request.producerEpoch
    joining.groupID = request.groupID
    let joined = try await context.broker.addOffsetsToTransaction(joining, version: 4)
    guard joined.errorCode == .none else {
      throw CoordinatorError(
        joined.errorCode,
        "the offsets of group '\(request.groupID)' cannot become part of the transaction of "
          + "'\(request.transactionalID)'")
    }
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
