internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// OffsetFetch: what groups have committed. Versions 1 to 10.
extension Handler {
  static let offsetFetch = Handler(awaiting: OffsetFetchRequest.self) { request, context in
    let access = context.access
    guard context.version >= 8 else {
      guard access.allows(.describe, group: request.groupID) else {
        return OffsetFetchResponse(refusing: request)
      }
      var response = await context.broker.groups.offsetFetch(request)
      for index in response.topics.indices.reversed()
      where !access.allows(.describe, topic: response.topics[index].name) {
        if request.topics == nil {
          response.topics.remove(at: index)
        } else {
          response.topics[index].refuse(.topicAuthorizationFailed)
        }
      }
      return response
    }
    var allowed = request
    allowed.groups.removeAll { !access.allows(.describe, group: $0.groupID) }
    var response = await context.broker.groups.offsetFetch(allowed)
    let named = Set(allowed.groups.filter { $0.topics != nil }.map(\.groupID))
    for index in response.groups.indices {
      response.groups[index].hideTopics(
        areNamed: named.contains(response.groups[index].groupID), context)
    }
    for group in request.groups where !access.allows(.describe, group: group.groupID) {
      var refused = OffsetFetchResponse.Group()
      refused.groupID = group.groupID
      refused.errorCode = .groupAuthorizationFailed
      response.groups.append(refused)
    }
    return response
  }
}

extension OffsetFetchResponse {
  /// The error stands with each partition, and since version 2 with the request.
  fileprivate init(refusing request: OffsetFetchRequest) {
    self.init()
    errorCode = .groupAuthorizationFailed
    topics = (request.topics ?? []).map { asked in
      var topic = Topic()
      topic.name = asked.name
      topic.partitions = asked.partitionIndexes.map {
        var partition = Topic.Partition()
        partition.partitionIndex = $0
        return partition
      }
      topic.refuse(.groupAuthorizationFailed)
      return topic
    }
  }
}

extension OffsetFetchResponse.Topic {
  fileprivate mutating func refuse(_ code: ErrorCode) {
    partitions = partitions.map { known in
      var partition = Partition()
      partition.partitionIndex = known.partitionIndex
      partition.committedOffset = -1
      partition.metadata = ""
      partition.errorCode = code
      return partition
    }
  }
}

extension OffsetFetchResponse.Group {
  /// Topics that the client may not see are left out, or refused where it named them.
  fileprivate mutating func hideTopics(areNamed: Bool, _ context: RequestContext) {
    for index in topics.indices.reversed() {
      guard let name = context.topicName(topics[index].name, topics[index].topicID),
        !context.access.allows(.describe, topic: name)
      else { continue }
      guard areNamed else {
        topics.remove(at: index)
        continue
      }
      topics[index].partitions = topics[index].partitions.map { known in
        var partition = Topic.Partition()
        partition.partitionIndex = known.partitionIndex
        partition.committedOffset = -1
        partition.metadata = ""
        partition.errorCode = .topicAuthorizationFailed
        return partition
      }
    }
  }
}
