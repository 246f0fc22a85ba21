internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// ShareGroupDescribe: share groups and their members (KIP-932). Version 1.
extension Handler {
  static let shareGroupDescribe = Handler(awaiting: ShareGroupDescribeRequest.self) {
    request, context in
    var allowed = request
    allowed.groupIDs.removeAll { !context.access.allows(.describe, group: $0) }
    var response = await context.broker.groups.shareGroupDescribe(allowed)
    if request.includesAuthorizedOperations {
      for index in response.groups.indices where response.groups[index].errorCode == .none {
        response.groups[index].authorizedOperations = context.access.operations(
          .group, response.groups[index].groupID)
      }
    }
    for index in response.groups.indices
    where !response.groups[index].topics.allSatisfy({ context.access.allows(.describe, topic: $0) })
    {
      response.groups[index] = ShareGroupDescribeResponse.Group(
        refused: response.groups[index].groupID, .topicAuthorizationFailed)
    }
    response.groups += request.groupIDs.filter { !context.access.allows(.describe, group: $0) }
      .map { ShareGroupDescribeResponse.Group(refused: $0, .groupAuthorizationFailed) }
    return response
  }
}

extension ShareGroupDescribeResponse.Group {
  /// The topics that its members read.
  fileprivate var topics: Set<String> {
    Set(
      members.flatMap { member in
        member.subscribedTopicNames + member.assignment.topicPartitions.map(\.topicName)
      })
  }

  fileprivate init(refused group: String, _ error: ErrorCode) {
    self.init()
    groupID = group
    errorCode = error
  }
}
