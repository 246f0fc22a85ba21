internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// ConsumerGroupHeartbeat: a member of a consumer group joins, keeps up, or leaves (KIP-848).
// Versions 0 to 1.
extension Handler {
  static let consumerGroupHeartbeat = Handler(
    coordinated: ConsumerGroupHeartbeatRequest.self,
    refused: { (response: inout ConsumerGroupHeartbeatResponse, error, _) in
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
      return try await context.broker.groups.consumerGroupHeartbeat(request, from: context.client)
    })
}

extension ConsumerGroupHeartbeatResponse: Refusable {}
