internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// Metadata: the broker, topics, and who leads their partitions, which is this broker. Versions 0
// to 13.
//
// Topics that are asked for by name are created where `auto.create.topics.enable` is on, as by
// default, and the client does not forbid it. Topics that the client may not describe are left out,
// or refused where it names them.
extension Handler {
  static let metadata = Handler(blocking: MetadataRequest.self) { request, context in
    var response = MetadataResponse()
    response.brokers = [MetadataResponse.Broker(context)]
    response.clusterID = context.broker.clusterID
    response.controllerID = context.broker.nodeID
    response.topics = topics(request, context)
    if request.includesClusterAuthorizedOperations {
      response.clusterAuthorizedOperations = context.access.operations(
        .cluster, AccessResource.clusterName)
    }
    if request.includesTopicAuthorizedOperations {
      for index in response.topics.indices where response.topics[index].errorCode == .none {
        response.topics[index].topicAuthorizedOperations = context.access.operations(
          .topic, response.topics[index].name ?? "")
      }
    }
    return response
  }

  private static func topics(
    _ request: MetadataRequest, _ context: RequestContext
  ) -> [MetadataResponse.Topic] {
    let broker = context.broker
    guard let topics = request.topics, !topics.isEmpty || context.version > 0 else {
      return broker.topicSummaries()
        .filter { context.access.allows(.describe, topic: $0.name.description) }
        .map { MetadataResponse.Topic($0, node: broker.nodeID) }
    }
    let mayCreate =
      (context.version < 4 || request.allowsAutoTopicCreation) && broker.createsTopicsOnDemand
    return topics.map { topic in
      // An id goes before a name: Java's client sends an empty one with it.
      if topic.topicID == .zero, let name = topic.name {
        return named(name, context, mayCreate: mayCreate)
      }
      return identified(topic.topicID, context)
    }
  }

  private static func named(
    _ text: String, _ context: RequestContext, mayCreate: Bool
  ) -> MetadataResponse.Topic {
    let broker = context.broker
    guard context.access.allows(.describe, topic: text) else {
      return MetadataResponse.Topic(text, .topicAuthorizationFailed)
    }
    guard let name = try? TopicName(text) else {
      return MetadataResponse.Topic(text, .invalidTopicException)
    }
    if let known = broker.topicSummary(named: name) {
      return MetadataResponse.Topic(known, node: broker.nodeID)
    }
    guard mayCreate else { return MetadataResponse.Topic(text, .unknownTopicOrPartition) }
    guard context.access.allowsCluster(.create) || context.access.allows(.create, topic: text)
    else { return MetadataResponse.Topic(text, .topicAuthorizationFailed) }
    do throws(BrokerError) {
      try broker.createTopicOnDemand(name)
    } catch {
      // Somebody else was quicker.
      if error.code != .catalog(.topicAlreadyExists) {
        return MetadataResponse.Topic(text, ErrorCode(error))
      }
    }
    guard let made = broker.topicSummary(named: name) else {
      return MetadataResponse.Topic(text, .unknownTopicOrPartition)
    }
    return MetadataResponse.Topic(made, node: broker.nodeID)
  }

  private static func identified(
    _ id: TopicID, _ context: RequestContext
  ) -> MetadataResponse.Topic {
    let broker = context.broker
    if let name = broker.topicName(of: id),
      context.access.allows(.describe, topic: name.description),
      let known = broker.topicSummary(named: name)
    {
      return MetadataResponse.Topic(known, node: broker.nodeID)
    }
    var topic = MetadataResponse.Topic(nil, .unknownTopicID)
    topic.topicID = id
    return topic
  }
}

extension MetadataResponse.Broker {
  fileprivate init(_ context: RequestContext) {
    self.init()
    nodeID = context.broker.nodeID
    host = context.advertised.host
    port = Int32(context.advertised.port)
  }
}

extension MetadataResponse.Topic {
  fileprivate init(_ name: String?, _ code: ErrorCode) {
    self.init()
    self.name = name
    errorCode = code
  }

  fileprivate init(_ topic: TopicSummary, node: Int32) {
    self.init()
    name = topic.name.description
    topicID = topic.id
    isInternal = topic.name.isInternal
    partitions = topic.leaderEpochs.enumerated().map { index, epoch in
      var partition = Partition()
      partition.partitionIndex = Int32(index)
      partition.leaderID = node
      partition.leaderEpoch = epoch
      partition.replicaNodes = [node]
      partition.inSyncNodes = [node]
      return partition
    }
  }
}
