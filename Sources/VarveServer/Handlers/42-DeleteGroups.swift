internal import VarveBroker
internal import VarveProtocol

// DeleteGroups: groups without members, with their offsets. Versions 0 to 2.
extension Handler {
  static let deleteGroups = Handler(awaiting: DeleteGroupsRequest.self) { request, context in
    await context.broker.groups.deleteGroups(request)
  }
}
