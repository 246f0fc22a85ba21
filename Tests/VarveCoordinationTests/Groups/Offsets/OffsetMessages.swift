import VarveBase
import VarveCoordination
import VarveProtocol

/// Requests of tests, in a line each.
extension OffsetCommitRequest {
  init(
    group: String, topic: String = "", id: TopicID = .zero, member: String = "", epoch: Int32 = -1,
    retention: Int64 = -1, _ offsets: [Int32: Offset], metadata: String? = nil,
    leaderEpoch: Int32 = -1
  ) {
    self.init()
    groupID = group
    memberID = member
    generationIDOrMemberEpoch = epoch
    retentionTimeMilliseconds = retention
    var requested = Topic()
    requested.name = topic
    requested.topicID = id
    requested.partitions = offsets.sorted { $0.key < $1.key }.map { index, offset in
      var partition = Topic.Partition()
      partition.partitionIndex = index
      partition.committedOffset = offset
      partition.committedLeaderEpoch = leaderEpoch
      partition.committedMetadata = metadata
      return partition
    }
    topics = [requested]
  }
}

extension TxnOffsetCommitRequest {
  init(
    group: String, producer: Int64, topic: String, _ offsets: [Int32: Offset],
    member: String = "", generation: Int32 = -1
  ) {
    self.init()
    groupID = group
    transactionalID = "txn-\(producer)"
    producerID = producer
    memberID = member
    generationID = generation
    var requested = Topic()
    requested.name = topic
    requested.partitions = offsets.sorted { $0.key < $1.key }.map { index, offset in
      var partition = Topic.Partition()
      partition.partitionIndex = index
      partition.committedOffset = offset
      return partition
    }
    topics = [requested]
  }
}

extension OffsetFetchRequest.Group {
  /// All partitions where no topic is given.
  init(group: String, topic: String? = nil, id: TopicID = .zero, _ partitions: [Int32] = []) {
    self.init()
    groupID = group
    topics = topic.map { name in
      var requested = Topic()
      requested.name = name
      requested.topicID = id
      requested.partitionIndexes = partitions
      return [requested]
    }
  }
}

extension OffsetDeleteRequest {
  init(group: String, topic: String, _ partitions: [Int32]) {
    self.init()
    groupID = group
    var requested = Topic()
    requested.name = topic
    requested.partitions = partitions.map {
      var partition = Topic.Partition()
      partition.partitionIndex = $0
      return partition
    }
    topics = [requested]
  }
}

extension OffsetCommitResponse {
  var errors: [ErrorCode] { topics.flatMap(\.partitions).map(\.errorCode) }
}

extension TxnOffsetCommitResponse {
  var errors: [ErrorCode] { topics.flatMap(\.partitions).map(\.errorCode) }
}

extension OffsetDeleteResponse {
  var errors: [ErrorCode] { topics.flatMap(\.partitions).map(\.errorCode) }
}

extension OffsetFetchResponse.Group {
  var offsets: [Offset] { topics.flatMap(\.partitions).map(\.committedOffset) }
  var errors: [ErrorCode] { topics.flatMap(\.partitions).map(\.errorCode) }
}

extension TopicsImage {
  /// Topics of so many partitions, with ids made of their place in the list.
  static func test(_ topics: KeyValuePairs<String, Int32>) -> TopicsImage {
    TopicsImage(
      topics.enumerated().map { index, topic in
        Topic(
          name: topic.key, id: TopicID(rawValue: UInt128(index + 1)), partitionCount: topic.value)
      })
  }
}
