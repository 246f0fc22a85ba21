internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// InitProducerId: a producer's id and epoch. Versions 0 to 5; 6 is about two-phase commits
// (KIP-939), which Kafka does not answer for either unless it is told to.
extension Handler {
  static let initProducerId = Handler(coordinated: InitProducerIdRequest.self, versions: 0...5) {
    request, context async throws(CoordinatorError) in
    try await context.broker.initProducer(request, version: context.version)
  }
}

extension InitProducerIdResponse: Refusable {}
