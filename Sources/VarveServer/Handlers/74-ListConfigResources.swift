internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// ListConfigResources: topics and this broker; client metrics, all that version 0 speaks of, have
// no configs here (KIP-1142). Versions 0 to 1.
extension Handler {
  static let listConfigResources = Handler(answering: ListConfigResourcesRequest.self) {
    request, context in
    var response = ListConfigResourcesResponse()
    if let refusal = context.access.clusterRefusal(.describeConfigs) {
      response.errorCode = refusal
      return response
    }
    guard context.version >= 1 else { return response }
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
