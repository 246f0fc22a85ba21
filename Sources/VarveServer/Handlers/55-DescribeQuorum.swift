internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// DescribeQuorum: the quorum of the metadata log, whose one voter and leader is this node. Versions
// 0 to 2.
extension Handler {
  static let describeQuorum = Handler(answering: DescribeQuorumRequest.self) { request, context in
    var response = DescribeQuorumResponse()
    if let refusal = context.access.clusterRefusal(.describe) {
      response.errorCode = refusal
      return response
    }
    response.topics = request.topics.map { asked in
      var topic = DescribeQuorumResponse.Topic()
      topic.name = asked.name
      topic.partitions = asked.partitions.map {
        partition($0.partitionIndex, of: asked.name, context.broker)
      }
      return topic
    }
    var node = DescribeQuorumResponse.Node()
    node.nodeID = context.broker.nodeID
    var listener = DescribeQuorumResponse.Node.Listener()
    listener.name = "PLAINTEXT"
    listener.host = context.advertised.host
    listener.port = context.advertised.port
    node.listeners = [listener]
    response.nodes = [node]
    return response
  }

  private static func partition(
    _ index: Int32, of topic: String, _ broker: Broker
  ) -> DescribeQuorumResponse.Topic.Partition {
    var partition = DescribeQuorumResponse.Topic.Partition()
    partition.partitionIndex = index
    guard topic == TopicName.metadataLog, index == 0 else {
      partition.errorCode = .unknownTopicOrPartition
      return partition
    }
    let (epoch, end) = broker.metadataEnd
    partition.leaderID = broker.nodeID
    partition.leaderEpoch = epoch
    partition.highWatermark = end
    var voter = DescribeQuorumResponse.Topic.Partition.Replica()
    voter.replicaID = broker.nodeID
    voter.logEndOffset = end
    voter.lastFetchTimestamp = broker.now
    voter.lastCaughtUpTimestamp = broker.now
    partition.currentVoters = [voter]
    return partition
  }
}
