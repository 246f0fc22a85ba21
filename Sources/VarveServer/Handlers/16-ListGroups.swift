internal import VarveBroker
internal import VarveProtocol

// ListGroups: the groups, by state and type where the client asks. Versions 0 to 5.
extension Handler {
  static let listGroups = Handler(awaiting: ListGroupsRequest.self) { request, context in
    var response = await context.broker.groups.listGroups(request)
    if !context.access.allowsCluster(.describe) {
      response.groups.removeAll { !context.access.allows(.describe, group: $0.groupID) }
    }
    return response
  }
}
