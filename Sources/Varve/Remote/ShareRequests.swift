internal import VarveBase
internal import VarveCoordination
internal import VarveProtocol

/// An answer to a request of a share session.
protocol ShareReply: WireMessage {
  /// Of the whole request.
  var errorCode: ErrorCode { get }
  var errorMessage: String? { get }
}

extension ShareFetchResponse: ShareReply {}
extension ShareAcknowledgeResponse: ShareReply {}

extension ShareFetchRequest {
  /// A fetch that keeps to `recordsMax`, and waits for so long for a record.
  init(
    _ identity: ShareIdentity, epoch: Int32, adding added: Set<AssignedPartition>,
    forgetting forgotten: Set<AssignedPartition>, recordsMax: Int, bytesMax: Int, wait: Duration
  ) {
    self.init()
    groupID = identity.group
    memberID = identity.member
    shareSessionEpoch = epoch
    maxWaitMilliseconds = Int32(clamping: wait.milliseconds)
    minBytes = 1
    maxBytes = Int32(clamping: bytesMax)
    maxRecords = Int32(clamping: recordsMax)
    batchSize = maxRecords
    shareAcquireMode = 1
    topics = Dictionary(grouping: added, by: \.topicID).map { topicID, partitions in
      var topic = Topic()
      topic.topicID = topicID
      topic.partitions = partitions.map {
        var partition = Topic.Partition()
        partition.partitionIndex = $0.partition
        return partition
      }
      return topic
    }
    forgottenTopics = Dictionary(grouping: forgotten, by: \.topicID).map { topicID, partitions in
      var topic = ForgottenTopic()
      topic.topicID = topicID
      topic.partitions = partitions.map(\.partition)
      return topic
    }
  }
}

extension ShareAcknowledgeRequest {
  /// A request that says nothing of records.
  init(_ identity: ShareIdentity, epoch: Int32) {
    self.init()
    groupID = identity.group
    memberID = identity.member
    shareSessionEpoch = epoch
  }

  init(
    _ identity: ShareIdentity, epoch: Int32, _ batches: [ShareAcknowledgementBatch],
    of target: AssignedPartition, isRenewal: Bool
  ) {
    self.init(identity, epoch: epoch)
    isRenewAcknowledgement = isRenewal
    var partition = Topic.Partition()
    partition.partitionIndex = target.partition
    partition.acknowledgementBatches = batches
    var topic = Topic()
    topic.topicID = target.topicID
    topic.partitions = [partition]
    topics = [topic]
  }
}

extension ShareAcknowledgementBatch {
  init(_ offsets: ClosedRange<Offset>, as acknowledgement: ShareAcknowledgement) {
    self.init()
    firstOffset = offsets.lowerBound
    lastOffset = offsets.upperBound
    acknowledgeTypes = [acknowledgement.type.rawValue]
    retryDelay = acknowledgement.retryDelay ?? -1
    reason = acknowledgement.reason ?? ""
    token = acknowledgement.token ?? ""
  }
}
