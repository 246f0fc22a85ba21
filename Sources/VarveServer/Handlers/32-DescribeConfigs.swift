internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// DescribeConfigs: every config of topics, of this broker, of groups and of subscriptions to client
// metrics, with its value and where that comes from. Versions 1 to 4.
//
// Other resources have no configs here: broker loggers.
extension Handler {
  static let describeConfigs = Handler(answering: DescribeConfigsRequest.self) {
    request, context in
    var response = DescribeConfigsResponse()
    response.resources = request.resources.map { asked in
      var resource = DescribeConfigsResponse.Resource()
      resource.type = asked.type
      resource.name = asked.name
      do throws(TopicRefusal) {
        resource.configs = try configs(of: asked, request, context)
      } catch {
        resource.errorCode = error.code
        resource.errorMessage = error.message
      }
      return resource
    }
    return response
  }

  private typealias Config = DescribeConfigsResponse.Resource.Config

  private static func configs(
    of asked: DescribeConfigsRequest.Resource, _ request: DescribeConfigsRequest,
    _ context: RequestContext
  ) throws(TopicRefusal) -> [Config] {
    let broker = context.broker
    try context.requireConfigs(.describeConfigs, type: asked.type, asked.name)
    let all: [Config]
    switch ConfigResourceType(rawValue: asked.type) {
    case .topic: all = try topicConfigs(asked.name, request, broker)
    case .broker:
      guard asked.name.isEmpty || asked.name == String(broker.nodeID) else {
        throw TopicRefusal(.invalidRequest, "there is no broker but \(broker.nodeID)")
      }
      // An empty name stands for all brokers: what was altered for them.
      let altered = asked.name.isEmpty ? broker.serverConfigs(ofAll: true) : nil
      all = broker.serverDefaults.entries.filter { altered?[$0.name] != nil || altered == nil }
        .map { Config($0, request) }
    case .clientMetrics:
      guard !asked.name.isEmpty else {
        throw TopicRefusal(.invalidRequest, "a subscription to client metrics has no name")
      }
      let set = broker.telemetryConfigs(of: asked.name)
      all = TelemetryConfig.allCases.map { Config($0, set[$0.rawValue], request) }
    case .group:
      guard !asked.name.isEmpty else {
        throw TopicRefusal(.invalidRequest, "a group's configs are asked for by its name")
      }
      all = broker.groupConfiguration(of: asked.name).entries.map { Config($0, request) }
    default:
      throw TopicRefusal(
        .invalidRequest,
        "a resource of type \(asked.type) has no configs: a topic (2), a broker (4), client"
          + " metrics (16) and a group (32) have")
    }
    guard let names = asked.names else { return all }
    return all.filter { names.contains($0.name) }
  }

  private static func topicConfigs(
    _ text: String, _ request: DescribeConfigsRequest, _ broker: Broker
  ) throws(TopicRefusal) -> [Config] {
    let name: TopicName
    do { name = try TopicName(text) } catch {
      throw TopicRefusal(.invalidTopicException, error.description)
    }
    do throws(BrokerError) {
      return try broker.topic(named: name).configuration.entries.map { Config($0, request) }
    } catch { throw TopicRefusal(error) }
  }
}

extension DescribeConfigsResponse.Resource.Config {
  fileprivate init(_ entry: TopicConfigEntry, _ request: DescribeConfigsRequest) {
    self.init()
    name = entry.name
    value = entry.value
    source = entry.source.rawValue
    type = entry.type.rawValue
    if request.includesDocumentation { documentation = entry.documentation }
    guard request.includesSynonyms else { return }
    synonyms = entry.synonyms.map {
      var synonym = Synonym()
      (synonym.name, synonym.value, synonym.source) = ($0.name, $0.value, $0.source.rawValue)
      return synonym
    }
  }

  fileprivate init(
    _ config: TelemetryConfig, _ set: String?, _ request: DescribeConfigsRequest
  ) {
    self.init()
    name = config.rawValue
    value = set ?? config.standard
    source = (set == nil ? ConfigSource.standard : .clientMetrics).rawValue
    type = config.type.rawValue
    if request.includesDocumentation { documentation = config.documentation }
    guard request.includesSynonyms else { return }
    let places = [(set, ConfigSource.clientMetrics), (config.standard, .standard)]
    synonyms = places.filter { $0.0 != nil }.map { place in
      var synonym = Synonym()
      (synonym.name, synonym.value, synonym.source) = (name, place.0, place.1.rawValue)
      return synonym
    }
  }

  fileprivate init(_ entry: ServerConfigEntry, _ request: DescribeConfigsRequest) {
    self.init()
    name = entry.name
    value = entry.value
    source = entry.source.rawValue
    type = entry.type.rawValue
    isReadOnly = !entry.isDynamic
    if request.includesDocumentation { documentation = entry.documentation }
    guard request.includesSynonyms else { return }
    synonyms = entry.places.map { place in
      var synonym = Synonym()
      (synonym.name, synonym.value, synonym.source) = (name, place.value, place.source.rawValue)
      return synonym
    }
  }
}
