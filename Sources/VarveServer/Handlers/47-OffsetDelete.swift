internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// OffsetDelete: forgets what a group has committed for partitions. Version 0.
extension Handler {
  static let offsetDelete = Handler(coordinated: OffsetDeleteRequest.self) {
    request, context async throws(CoordinatorError) in
    try await context.broker.groups.offsetDelete(request)
  }
}

extension OffsetDeleteResponse: Refusable {}
