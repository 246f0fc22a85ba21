internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// Heartbeat: a member of a classic group is alive. Versions 0 to 4.
extension Handler {
  static let heartbeat = Handler(coordinated: HeartbeatRequest.self) {
    request, context async throws(CoordinatorError) in
    try context.access.require(.read, group: request.groupID)
    return try await context.broker.groups.heartbeat(request, from: context.client)
  }
}

extension HeartbeatResponse: Refusable {}
