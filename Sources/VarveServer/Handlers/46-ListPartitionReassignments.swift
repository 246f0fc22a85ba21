internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// ListPartitionReassignments: none, as there is one broker. Version 0.
extension Handler {
  static let listPartitionReassignments = Handler(
    answering: ListPartitionReassignmentsRequest.self
  ) { _, context in
    var response = ListPartitionReassignmentsResponse()
    response.errorCode = context.access.clusterRefusal(.describe) ?? .none
    return response
  }
}
