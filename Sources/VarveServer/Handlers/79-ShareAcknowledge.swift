internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// ShareAcknowledge: takes what a member of a share group says of records that it has (KIP-932).
// Versions 1 to 2.
extension Handler {
  static let shareAcknowledge = Handler(
    coordinated: ShareAcknowledgeRequest.self,
    refused: { (response: inout ShareAcknowledgeResponse, error, _) in
      response.errorMessage = error.message
    },
    { request, context async throws(CoordinatorError) in
      try await context.shareClient(request.groupID, request.memberID).acknowledge(request)
    })
}

extension RequestContext {
  /// The client of a share session. Throws GROUP_AUTHORIZATION_FAILED.
  func shareClient(
    _ group: String?, _ member: String?
  ) throws(CoordinatorError) -> ShareClient {
    try access.require(.read, group: group ?? "")
    return try ShareClient(broker.shares, group: group, member: member) {
      (topic, partition) throws(ErrorCode) in
      try served(topic, partition, for: .read)
    }
  }
}

extension ShareAcknowledgeResponse: Refusable {}
