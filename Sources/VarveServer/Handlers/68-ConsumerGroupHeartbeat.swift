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
      try await context.broker.groups.consumerGroupHeartbeat(request, from: context.client)
    })
}

extension ConsumerGroupHeartbeatResponse: Refusable {}
