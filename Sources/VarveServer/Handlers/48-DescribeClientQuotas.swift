internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// DescribeClientQuotas: the quotas whose entities match (KIP-546). Versions 0 to 1.
extension Handler {
  static let describeClientQuotas = Handler(answering: DescribeClientQuotasRequest.self) {
    request, context in
    var response = DescribeClientQuotasResponse()
    do throws(TopicRefusal) {
      try context.requireCluster(.describeConfigs)
      response.entries = try entries(request, context.broker)
    } catch {
      response.errorCode = error.code
      response.errorMessage = error.message
    }
    return response
  }

  private static func entries(
    _ request: DescribeClientQuotasRequest, _ broker: Broker
  ) throws(TopicRefusal) -> [DescribeClientQuotasResponse.Entry] {
    var seen: Set<String> = []
    for component in request.components {
      try component.check()
      guard seen.insert(component.entityType).inserted else {
        throw TopicRefusal(.invalidRequest, "'\(component.entityType)' is asked for twice")
      }
    }
    guard !seen.contains("ip") || seen.count == 1 else {
      throw TopicRefusal(.invalidRequest, "no quota is of an address and of something else")
    }
    return broker.quotas.filter { entity, _ in request.matches(entity) }
      .map { DescribeClientQuotasResponse.Entry($0.key, $0.value) }
      .sorted { "\($0.entity)" < "\($1.entity)" }
  }
}

extension DescribeClientQuotasRequest {
  fileprivate func matches(_ entity: QuotaEntity) -> Bool {
    if isStrict && entity.parts.count != components.count { return false }
    return components.allSatisfy { component in
      guard let part = entity.parts.first(where: { $0.type == component.entityType }) else {
        return false
      }
      switch component.matchType {
      case 0: return part.name == component.match
      case 1: return part.name == nil
      default: return true
      }
    }
  }
}

extension DescribeClientQuotasResponse.Entry {
  fileprivate init(_ entity: QuotaEntity, _ quotas: [String: Double]) {
    self.init()
    self.entity = entity.parts
    values = quotas.sorted { $0.key < $1.key }.map { key, number in
      var value = Value()
      (value.key, value.value) = (key, number)
      return value
    }
  }
}

extension DescribeClientQuotasRequest.Component {
  fileprivate func check() throws(TopicRefusal) {
    guard !entityType.isEmpty else {
      throw TopicRefusal(.invalidRequest, "a quota's entity has no type")
    }
    guard ["user", "client-id", "ip"].contains(entityType) else {
      throw TopicRefusal(
        .unsupportedVersion, "quotas are of 'user', 'client-id' or 'ip', not of '\(entityType)'")
    }
    guard (0...2).contains(matchType), (matchType == 0) == (match != nil) else {
      throw TopicRefusal(
        .invalidRequest,
        "a match of '\(entityType)' is 0 with a name, 1 for the default, or 2 for any")
    }
  }
}
