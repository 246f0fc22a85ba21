internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// LeaveGroup: members leave a classic group. Versions 0 to 5.
extension Handler {
  static let leaveGroup = Handler(coordinated: LeaveGroupRequest.self) {
    request, context async throws(CoordinatorError) in
    try context.access.require(.read, group: request.groupID)
    return try await context.broker.groups.leaveGroup(
      request, version: context.version, from: context.client)
  }
}

extension LeaveGroupResponse: Refusable {}
