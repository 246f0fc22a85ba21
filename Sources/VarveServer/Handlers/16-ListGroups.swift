internal import VarveBroker
internal import VarveProtocol

// ListGroups: the groups, by state and type where the client asks. Versions 0 to 5.
extension Handler {
  static let listGroups = Handler(awaiting: ListGroupsRequest.self) { request, context in
    await context.broker.groups.listGroups(request)
  }
}
