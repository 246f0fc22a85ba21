internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// DescribeGroups: classic groups and their members. Versions 0 to 6.
extension Handler {
  static let describeGroups = Handler(awaiting: DescribeGroupsRequest.self) { request, context in
    var response = await context.broker.groups.describeGroups(request, version: context.version)
    guard request.includesAuthorizedOperations else { return response }
    for index in response.groups.indices where response.groups[index].errorCode == .none {
      response.groups[index].authorizedOperations = AllowedOperations.group
    }
    return response
  }
}
