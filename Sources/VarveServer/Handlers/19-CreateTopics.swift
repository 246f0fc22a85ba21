internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// CreateTopics: each topic by itself, some may fail and others not. Versions 2 to 7.
//
// There is one node, so that a topic has one replica: a replication factor other than 1, or -1 for
// the default, is INVALID_REPLICATION_FACTOR, and assignments name this node.
extension Handler {
  static let createTopics = Handler(blocking: CreateTopicsRequest.self) { request, context in
    var counts: [String: Int] = [:]
    for topic in request.topics { counts[topic.name, default: 0] += 1 }
    var response = CreateTopicsResponse()
    var answered: Set<String> = []
    for topic in request.topics where answered.insert(topic.name).inserted {
      var result = CreateTopicsResponse.Topic()
      result.name = topic.name
      do throws(TopicRefusal) {
        guard counts[topic.name] == 1 else {
          throw TopicRefusal(.invalidRequest, "topic '\(topic.name)' is named more than once")
        }
        guard
          context.access.allowsCluster(.create) || context.access.allows(.create, topic: topic.name)
        else {
          throw TopicRefusal(
            .topicAuthorizationFailed,
            "\(context.access.principal) may not create topic '\(topic.name)'")
        }
        let creation = try TopicCreation(topic, context)
        try creation.fill(&result, onlyValidates: request.onlyValidates)
      } catch {
        result.errorCode = error.code
        result.errorMessage = error.message
      }
      response.topics.append(result)
    }
    return response
  }
}

/// Why a topic is not changed as a client asked.
struct TopicRefusal: Error {
  let code: ErrorCode
  let message: String

  init(_ code: ErrorCode, _ message: String) {
    self.code = code
    self.message = message
  }

  init(_ error: BrokerError) { self.init(ErrorCode(error), error.description) }
}

/// A topic that a client wants, in the broker's terms.
private struct TopicCreation {
  let name: String
  let partitions: Int32
  let configs: [String: String]
  let broker: Broker
  /// Whether the client may see what became of its configs.
  let showsConfigs: Bool

  init(
    _ topic: CreateTopicsRequest.Topic, _ context: RequestContext
  ) throws(TopicRefusal) {
    broker = context.broker
    showsConfigs = context.access.allows(.describeConfigs, topic: topic.name)
    name = topic.name
    configs = try Self.configs(topic)
    partitions = try Self.partitions(topic, context)
  }

  private static func configs(
    _ topic: CreateTopicsRequest.Topic
  ) throws(TopicRefusal) -> [String: String] {
    var configs: [String: String] = [:]
    for config in topic.configs {
      guard let value = config.value else {
        throw TopicRefusal(.invalidConfig, "config '\(config.name)' has no value")
      }
      configs[config.name] = value
    }
    return configs
  }

  private static func partitions(
    _ topic: CreateTopicsRequest.Topic, _ context: RequestContext
  ) throws(TopicRefusal) -> Int32 {
    guard topic.assignments.isEmpty else { return try assigned(topic, context) }
    guard topic.replicationFactor == 1 || topic.replicationFactor == -1 else {
      throw TopicRefusal(
        .invalidReplicationFactor,
        "a replication factor of \(topic.replicationFactor): there is 1 broker")
    }
    return topic.partitionCount == -1
      ? context.broker.defaultPartitionCount : topic.partitionCount
  }

  private static func assigned(
    _ topic: CreateTopicsRequest.Topic, _ context: RequestContext
  ) throws(TopicRefusal) -> Int32 {
    guard topic.partitionCount == -1, topic.replicationFactor == -1 else {
      throw TopicRefusal(
        .invalidRequest, "replicas are assigned, so that partitions and replication factor are -1")
    }
    let indexes = topic.assignments.map(\.partitionIndex).sorted()
    guard indexes.elementsEqual(0..<Int32(topic.assignments.count)) else {
      throw TopicRefusal(
        .invalidReplicaAssignment, "assigned partitions are numbered from 0 without a gap")
    }
    guard topic.assignments.allSatisfy({ $0.brokerIDs == [context.broker.nodeID] }) else {
      throw TopicRefusal(
        .invalidReplicaAssignment, "there is no broker but \(context.broker.nodeID)")
    }
    return Int32(topic.assignments.count)
  }

  func fill(
    _ result: inout CreateTopicsResponse.Topic, onlyValidates: Bool
  ) throws(TopicRefusal) {
    do throws(BrokerError) {
      let configuration: TopicConfiguration
      if onlyValidates {
        configuration = try broker.checkTopic(name, partitions: partitions, configs: configs)
      } else {
        let topic = try broker.createTopic(name, partitions: partitions, configs: configs)
        result.topicID = topic.id
        configuration = topic.configuration
      }
      guard showsConfigs else {
        result.topicConfigErrorCode = .topicAuthorizationFailed
        result.configs = nil
        return
      }
      result.partitionCount = partitions
      result.replicationFactor = 1
      result.configs = configuration.entries.map { CreateTopicsResponse.Topic.Config($0) }
    } catch { throw TopicRefusal(error) }
  }
}

extension CreateTopicsResponse.Topic.Config {
  fileprivate init(_ entry: TopicConfigEntry) {
    self.init()
    name = entry.name
    value = entry.value
    configSource = entry.source.rawValue
  }
}
