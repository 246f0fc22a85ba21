internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// DeleteGroups: groups without members, with their offsets. Versions 0 to 2.
extension Handler {
  static let deleteGroups = Handler(awaiting: DeleteGroupsRequest.self) { request, context in
    var allowed = request
    allowed.groupsNames.removeAll { !context.access.allows(.delete, group: $0) }
    var response = await context.broker.groups.deleteGroups(allowed)
    for group in request.groupsNames where !context.access.allows(.delete, group: group) {
      var result = DeleteGroupsResponse.Result()
      result.groupID = group
      result.errorCode = .groupAuthorizationFailed
      response.results.append(result)
    }
    return response
  }
}
