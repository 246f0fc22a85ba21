internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// CreatePartitions: gives topics more partitions, each topic by itself. Versions 0 to 3.
extension Handler {
  static let createPartitions = Handler(blocking: CreatePartitionsRequest.self) {
    request, context in
    var response = CreatePartitionsResponse()
    var counts: [String: Int] = [:]
    for topic in request.topics { counts[topic.name, default: 0] += 1 }
    var answered: Set<String> = []
    for topic in request.topics where answered.insert(topic.name).inserted {
      var result = CreatePartitionsResponse.Topic()
      result.name = topic.name
      do throws(TopicRefusal) {
        guard counts[topic.name] == 1 else {
          throw TopicRefusal(.invalidRequest, "topic '\(topic.name)' is named more than once")
        }
        try grow(topic, onlyValidates: request.onlyValidates, context)
      } catch {
        result.errorCode = error.code
        result.errorMessage = error.message
      }
      response.topics.append(result)
    }
    return response
  }

  private static func grow(
    _ topic: CreatePartitionsRequest.Topic, onlyValidates: Bool,
    _ context: RequestContext
  ) throws(TopicRefusal) {
    let broker = context.broker
    try context.requireTopic(.alter, topic.name)
    guard let name = try? TopicName(topic.name), let known = broker.topicSummary(named: name)
    else {
      throw TopicRefusal(.unknownTopicOrPartition, "topic '\(topic.name)' does not exist")
    }
    if let assignments = topic.assignments {
      let added = Int(topic.count) - known.leaderEpochs.count
      guard assignments.count == added,
        assignments.allSatisfy({ $0.brokerIDs == [broker.nodeID] })
      else {
        throw TopicRefusal(
          .invalidReplicaAssignment,
          "\(assignments.count) assignments for \(added) new partitions: each has to name broker"
            + " \(broker.nodeID), the only one")
      }
    }
    do throws(BrokerError) {
      if onlyValidates {
        try broker.checkPartitions(of: name, count: topic.count)
      } else {
        try broker.createPartitions(of: name, count: topic.count)
      }
    } catch { throw TopicRefusal(error) }
  }
}
