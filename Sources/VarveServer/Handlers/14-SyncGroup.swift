internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// SyncGroup: a member's assignment, once the leader has brought it. Versions 0 to 5.
extension Handler {
  static let syncGroup = Handler(coordinated: SyncGroupRequest.self) {
    request, context async throws(CoordinatorError) in
    try context.access.require(.read, group: request.groupID)
    return try await context.broker.groups.syncGroup(request, from: context.client)
  }
}

extension SyncGroupResponse: Refusable {}
