internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// InitProducerId: a producer's id and epoch. Versions 0 to 5; 6 is about two-phase commits
// (KIP-939), which Kafka does not answer for either unless it is told to.
extension Handler {
  static let initProducerId = Handler(coordinated: InitProducerIdRequest.self, versions: 0...5) {
    request, context async throws(CoordinatorError) in
    if let id = request.transactionalID {
      try context.access.require(.write, transactionalID: id)
    } else if !context.access.allowsCluster(.idempotentWrite), !context.access.allowsSomeWrite {
      throw CoordinatorError(
        .clusterAuthorizationFailed, "\(context.access.principal) may not write any topic")
    }
    return try await context.broker.initProducer(request, version: context.version)
  }
}

extension InitProducerIdResponse: Refusable {}
