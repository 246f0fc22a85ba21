internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// ElectLeaders: every partition has one replica, which leads it, so that no election is needed.
// Versions 0 to 2.
extension Handler {
  static let electLeaders = Handler(answering: ElectLeadersRequest.self) { request, context in
    var response = ElectLeadersResponse()
    if let refusal = context.access.clusterRefusal(.alter) {
      response.errorCode = refusal
      return response
    }
    // Of all partitions only those are told of that had an election.
    response.topics = (request.topics ?? []).map { asked in
      var topic = ElectLeadersResponse.Topic()
      topic.name = asked.name
      topic.partitions = asked.partitionIndexes.map { index in
        var partition = ElectLeadersResponse.Topic.Partition()
        partition.partitionIndex = index
        do throws(ErrorCode) {
          _ = try context.broker.served(asked.name, index)
          partition.errorCode = .electionNotNeeded
        } catch { partition.errorCode = error }
        return partition
      }
      return topic
    }
    return response
  }
}
