internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// OffsetDelete: forgets what a group has committed for partitions. Version 0.
extension Handler {
  static let offsetDelete = Handler(coordinated: OffsetDeleteRequest.self) {
    request, context async throws(CoordinatorError) in
    try context.access.require(.delete, group: request.groupID)
    var allowed = request
    allowed.topics.removeAll { !context.access.allows(.read, topic: $0.name) }
    var response = try await context.broker.groups.offsetDelete(allowed)
    for asked in request.topics where !context.access.allows(.read, topic: asked.name) {
      var topic = OffsetDeleteResponse.Topic()
      topic.name = asked.name
      topic.partitions = asked.partitions.map {
        var partition = OffsetDeleteResponse.Topic.Partition()
        partition.partitionIndex = $0.partitionIndex
        partition.errorCode = .topicAuthorizationFailed
        return partition
      }
      response.topics.append(topic)
    }
    return response
  }
}

extension OffsetDeleteResponse: Refusable {}
