internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// ConsumerGroupDescribe: consumer groups and their members (KIP-848). Versions 0 to 1.
extension Handler {
  static let consumerGroupDescribe = Handler(awaiting: ConsumerGroupDescribeRequest.self) {
    request, context in
    var allowed = request
    allowed.groupIDs.removeAll { !context.access.allows(.describe, group: $0) }
    var response = await context.broker.groups.consumerGroupDescribe(allowed)
    if request.includesAuthorizedOperations {
      for index in response.groups.indices where response.groups[index].errorCode == .none {
        response.groups[index].authorizedOperations = context.access.operations(
          .group, response.groups[index].groupID)
      }
    }
    for index in response.groups.indices
    where !response.groups[index].topics.allSatisfy({ context.access.allows(.describe, topic: $0) })
    {
      response.groups[index] = ConsumerGroupDescribeResponse.Group(
        refused: response.groups[index].groupID)
      response.groups[index].errorCode = .topicAuthorizationFailed
    }
    response.groups += request.groupIDs.filter { !context.access.allows(.describe, group: $0) }
      .map { ConsumerGroupDescribeResponse.Group(refused: $0) }
    return response
  }
}

extension ConsumerGroupDescribeResponse.Group {
  /// The topics that its members read.
  fileprivate var topics: Set<String> {
    Set(
      members.flatMap { member in
        member.subscribedTopicNames
          + (member.assignment.topicPartitions + member.targetAssignment.topicPartitions).map(
            \.topicName)
      })
  }

  fileprivate init(refused group: String) {
    self.init()
    groupID = group
    errorCode = .groupAuthorizationFailed
  }
}
