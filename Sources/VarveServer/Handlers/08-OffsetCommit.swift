internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// OffsetCommit: how far a group has got, of both protocols. Versions 2 to 10.
extension Handler {
  static let offsetCommit = Handler(awaiting: OffsetCommitRequest.self) { request, context in
    do throws(CoordinatorError) {
      return try await context.broker.groups.offsetCommit(
        request, version: context.version, from: context.client)
    } catch { return OffsetCommitResponse(refusing: request, error.code) }
  }
}

extension OffsetCommitResponse {
  /// The error of the whole request stands with each partition.
  fileprivate init(refusing request: OffsetCommitRequest, _ code: ErrorCode) {
    self.init()
    topics = request.topics.map { asked in
      var topic = Topic()
      topic.name = asked.name
      topic.topicID = asked.topicID
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
