internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// OffsetCommit: how far a group has got, of both protocols. Versions 2 to 10.
extension Handler {
  static let offsetCommit = Handler(awaiting: OffsetCommitRequest.self) { request, context in
    do throws(CoordinatorError) {
      try context.access.require(.read, group: request.groupID)
      // Of a topic that there is not the group tells.
      let isAllowed: (OffsetCommitRequest.Topic) -> Bool = {
        context.topicName($0.name, $0.topicID).map { context.access.allows(.read, topic: $0) }
          ?? true
      }
      var allowed = request
      allowed.topics.removeAll { !isAllowed($0) }
      var refused = request
      refused.topics.removeAll(where: isAllowed)
      var response = try await context.broker.groups.offsetCommit(
        allowed, version: context.version, from: context.client)
      response.topics += OffsetCommitResponse(refusing: refused, .topicAuthorizationFailed).topics
      return response
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
