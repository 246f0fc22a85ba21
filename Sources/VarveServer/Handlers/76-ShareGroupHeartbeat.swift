internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// ShareGroupHeartbeat: a member of a share group joins, keeps up, or leaves (KIP-932). Version 1.
extension Handler {
  static let shareGroupHeartbeat = Handler(
    coordinated: ShareGroupHeartbeatRequest.self,
    refused: { (response: inout ShareGroupHeartbeatResponse, error, _) in
      response.errorMessage = error.message
    },
    { request, context async throws(CoordinatorError) in
      try context.access.require(.read, group: request.groupID)
      for topic in request.subscribedTopicNames ?? []
      where !context.access.allows(.describe, topic: topic) {
        throw CoordinatorError(
          .topicAuthorizationFailed,
          "\(context.access.principal) may not describe topic '\(topic)'")
      }
      return try await context.broker.groups.shareGroupHeartbeat(request, from: context.client)
    })
}

extension ShareGroupHeartbeatResponse: Refusable {}
