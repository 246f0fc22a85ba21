internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// DeleteTopics: by name, or by id from version 6 on; each topic by itself. Versions 1 to 6.
extension Handler {
  static let deleteTopics = Handler(blocking: DeleteTopicsRequest.self) { request, context in
    var response = DeleteTopicsResponse()
    let names = request.names.map { name in
      var topic = DeleteTopicsRequest.Topic()
      topic.name = name
      return topic
    }
    for topic in names + request.topics {
      var result = DeleteTopicsResponse.Topic()
      result.name = topic.name
      result.topicID = topic.topicID
      do throws(TopicRefusal) { try delete(topic, &result, context) } catch {
        result.errorCode = error.code
        result.errorMessage = error.message
      }
      response.topics.append(result)
    }
    return response
  }

  private static func delete(
    _ topic: DeleteTopicsRequest.Topic, _ result: inout DeleteTopicsResponse.Topic,
    _ context: RequestContext
  ) throws(TopicRefusal) {
    let broker = context.broker
    guard broker.letsTopicsBeDeleted else {
      throw TopicRefusal(
        .topicDeletionDisabled, "topics may not be deleted: delete.topic.enable is false")
    }
    let name: TopicName
    if let text = topic.name {
      guard topic.topicID == .zero else {
        throw TopicRefusal(.invalidRequest, "topic '\(text)' is named by its id as well")
      }
      try context.requireTopic(.delete, text)
      guard let legal = try? TopicName(text), let known = broker.topicSummary(named: legal) else {
        throw TopicRefusal(.unknownTopicOrPartition, "topic '\(text)' does not exist")
      }
      name = legal
      result.topicID = known.id
    } else {
      guard let found = broker.topicName(of: topic.topicID),
        context.access.allows(.describe, topic: found.description)
      else {
        throw TopicRefusal(.unknownTopicID, "there is no topic with the id \(topic.topicID)")
      }
      try context.requireTopic(.delete, found.description)
      name = found
      result.name = found.description
    }
    do throws(BrokerError) { try broker.deleteTopic(name) } catch { throw TopicRefusal(error) }
  }
}
