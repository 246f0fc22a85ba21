internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// AlterPartitionReassignments: there is one broker, where partitions are and stay. Versions 0 to 1.
//
// To move one there is done already; to stop a move is NO_REASSIGNMENT_IN_PROGRESS.
extension Handler {
  static let alterPartitionReassignments = Handler(
    answering: AlterPartitionReassignmentsRequest.self
  ) { request, context in
    var response = AlterPartitionReassignmentsResponse()
    if let refusal = context.access.clusterRefusal(.alter) {
      response.errorCode = refusal
      return response
    }
    response.allowsReplicationFactorChange = request.allowsReplicationFactorChange
    response.topics = request.topics.map { asked in
      var topic = AlterPartitionReassignmentsResponse.Topic()
      topic.name = asked.name
      topic.partitions = asked.partitions.map { entry in
        var partition = AlterPartitionReassignmentsResponse.Topic.Partition()
        partition.partitionIndex = entry.partitionIndex
        do throws(ErrorCode) {
          _ = try context.broker.served(asked.name, entry.partitionIndex)
          guard let replicas = entry.replicas else { throw .noReassignmentInProgress }
          guard replicas == [context.broker.nodeID] else { throw .invalidReplicaAssignment }
        } catch {
          partition.errorCode = error
          partition.errorMessage = "there is no broker but \(context.broker.nodeID)"
        }
        return partition
      }
      return topic
    }
    return response
  }
}
