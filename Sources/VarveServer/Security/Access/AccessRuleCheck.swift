internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

/// Whether a rule, or a filter of rules, can be one.
enum AccessRuleCheck {
  static func requireRules(_ context: RequestContext) throws(TopicRefusal) {
    guard context.access.authorizer != nil else {
      throw TopicRefusal(
        .securityDisabled, "rules of access are not in force: authorizer.class.name is not set")
    }
  }

  static func check(_ entry: AccessControlEntry) throws(TopicRefusal) {
    guard let type = AccessResource(rawValue: entry.resourceType) else {
      throw refusal("there is no type \(entry.resourceType) of resources")
    }
    guard type != .cluster || entry.resourceName == AccessResource.clusterName else {
      throw refusal("the cluster has one name, \(AccessResource.clusterName)")
    }
    guard !entry.resourceName.isEmpty, !entry.host.isEmpty else {
      throw refusal("a rule names a resource and a host, or '*' for all")
    }
    guard 3...4 ~= entry.patternType else {
      throw refusal("a rule's pattern is of type 3, the name, or 4, a prefix")
    }
    guard AccessOperation(rawValue: entry.operation) != nil, 2...3 ~= entry.permissionType else {
      throw refusal("a rule denies (2) or allows (3) an operation of 2 to 15")
    }
    guard let colon = entry.principal.firstIndex(of: ":"), colon > entry.principal.startIndex,
      entry.principal.index(after: colon) < entry.principal.endIndex
    else { throw refusal("the principal '\(entry.principal)' is not TYPE:NAME, User:alice say") }
  }

  static func check(_ filter: AccessControlFilter) throws(TopicRefusal) {
    let isKnown =
      1...7 ~= filter.resourceType && 1...4 ~= filter.patternType && 1...15 ~= filter.operation
      && 1...3 ~= filter.permissionType
    guard isKnown else { throw refusal("a filter asks for what no rule has") }
  }

  private static func refusal(_ message: String) -> TopicRefusal {
    TopicRefusal(.invalidRequest, message)
  }
}
