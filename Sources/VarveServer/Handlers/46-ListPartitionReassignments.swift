internal import VarveProtocol

// ListPartitionReassignments: none, as there is one broker. Version 0.
extension Handler {
  static let listPartitionReassignments = Handler(
    answering: ListPartitionReassignmentsRequest.self
  ) { _, _ in ListPartitionReassignmentsResponse() }
}
