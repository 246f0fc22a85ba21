internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// JoinGroup: becomes a member of a classic group, once all others have come too. Versions 0 to 9.
extension Handler {
  static let joinGroup = Handler(
    coordinated: JoinGroupRequest.self,
    refused: { (response: inout JoinGroupResponse, _, request) in
      response.memberID = request.memberID
    },
    { request, context async throws(CoordinatorError) in
      try context.access.require(.read, group: request.groupID)
      return try await context.broker.groups.joinGroup(
        request, version: context.version, from: context.client)
    })
}

extension JoinGroupResponse: Refusable {}
