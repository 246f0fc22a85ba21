internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// DescribeGroups: classic groups and their members. Versions 0 to 6.
extension Handler {
  static let describeGroups = Handler(awaiting: DescribeGroupsRequest.self) { request, context in
    var allowed = request
    allowed.groups.removeAll { !context.access.allows(.describe, group: $0) }
    var response = await context.broker.groups.describeGroups(allowed, version: context.version)
    if request.includesAuthorizedOperations {
      for index in response.groups.indices where response.groups[index].errorCode == .none {
        response.groups[index].authorizedOperations = context.access.operations(
          .group, response.groups[index].groupID)
      }
    }
    response.groups += request.groups.filter { !context.access.allows(.describe, group: $0) }
      .map { DescribeGroupsResponse.Group(refused: $0) }
    return response
  }
}

extension DescribeGroupsResponse.Group {
  fileprivate init(refused group: String) {
    self.init()
    groupID = group
    errorCode = .groupAuthorizationFailed
  }
}
