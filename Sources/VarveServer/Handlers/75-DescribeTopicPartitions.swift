internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// DescribeTopicPartitions: topics and their partitions, a page at a time (KIP-966). Version 0.
extension Handler {
  static let describeTopicPartitions = Handler(answering: DescribeTopicPartitionsRequest.self) {
    request, context in
    var response = DescribeTopicPartitionsResponse()
    let names =
      request.topics.isEmpty
      ? context.broker.topicSummaries().map(\.name.description).filter {
        context.access.allows(.describe, topic: $0)
      }
      : Set(request.topics.map(\.name)).sorted()
    var room = max(1, min(Int(request.responsePartitionLimit), 2_000))
    for name in names where name >= request.cursor?.topic ?? "" {
      let isResumed = name == request.cursor?.topic
      let first = isResumed ? max(0, request.cursor?.partitionIndex ?? 0) : 0
      var topic = DescribeTopicPartitionsResponse.Topic(name, context)
      let rest = topic.partitions.dropFirst(Int(first))
      guard room > 0 else {
        response.nextCursor = cursor(name, first)
        break
      }
      topic.partitions = Array(rest.prefix(room))
      response.topics.append(topic)
      guard rest.count <= room else {
        response.nextCursor = cursor(name, first + Int32(room))
        break
      }
      room -= rest.count
    }
    return response
  }

  private static func cursor(
    _ topic: String, _ partition: Int32
  ) -> DescribeTopicPartitionsRequest.Cursor {
    var cursor = DescribeTopicPartitionsRequest.Cursor()
    cursor.topic = topic
    cursor.partitionIndex = partition
    return cursor
  }
}

extension DescribeTopicPartitionsResponse.Topic {
  /// All partitions of a topic.
  fileprivate init(_ text: String, _ context: RequestContext) {
    let broker = context.broker
    self.init()
    name = text
    guard context.access.allows(.describe, topic: text) else {
      errorCode = .topicAuthorizationFailed
      return
    }
    guard let name = try? TopicName(text), let topic = broker.topicSummary(named: name) else {
      errorCode = (try? TopicName(text)) == nil ? .invalidTopicException : .unknownTopicOrPartition
      return
    }
    topicID = topic.id
    isInternal = topic.name.isInternal
    topicAuthorizedOperations = context.access.operations(.topic, text)
    partitions = topic.leaderEpochs.enumerated().map { index, epoch in
      var partition = Partition()
      partition.partitionIndex = Int32(index)
      partition.leaderID = broker.nodeID
      partition.leaderEpoch = epoch
      partition.replicaNodes = [broker.nodeID]
      partition.inSyncNodes = [broker.nodeID]
      // Null is allowed, but Java's client takes it for a list.
      partition.eligibleLeaderReplicas = []
      partition.lastKnownEligibleLeaders = []
      return partition
    }
  }
}
