internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// ListConfigResources: topics, this broker, groups that have configs, and the subscriptions to
// client metrics, which are all that version 0 speaks of (KIP-1142). Versions 0 to 1.
extension Handler {
  static let listConfigResources = Handler(answering: ListConfigResourcesRequest.self) {
    request, context in
    var response = ListConfigResourcesResponse()
    if let refusal = context.access.clusterRefusal(.describeConfigs) {
      response.errorCode = refusal
      return response
    }
    let metrics = context.broker.telemetryResources.map {
      ListConfigResourcesResponse.Resource($0, .clientMetrics)
    }
    guard context.version >= 1 else {
      response.resources = metrics
      return response
    }
    let known: [Int8] = [2, 4, 8, 16, 32]
    guard request.resourceTypes.allSatisfy(known.contains) else {
      response.errorCode = .unsupportedVersion
      return response
    }
    let wanted = request.resourceTypes.isEmpty ? known : request.resourceTypes
    if wanted.contains(ConfigResourceType.topic.rawValue) {
      response.resources += context.broker.topicSummaries().map {
        ListConfigResourcesResponse.Resource($0.name.description, .topic)
      }
    }
    if wanted.contains(ConfigResourceType.broker.rawValue) {
      response.resources.append(.init(String(context.broker.nodeID), .broker))
    }
    if wanted.contains(ConfigResourceType.clientMetrics.rawValue) { response.resources += metrics }
    if wanted.contains(ConfigResourceType.group.rawValue) {
      response.resources += context.broker.configuredGroups.map { .init($0, .group) }
    }
    return response
  }
}

extension ListConfigResourcesResponse.Resource {
  fileprivate init(_ name: String, _ type: ConfigResourceType) {
    self.init()
    self.name = name
    self.type = type.rawValue
  }
}
