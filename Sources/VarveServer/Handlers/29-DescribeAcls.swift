internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// DescribeAcls: the rules that a filter matches, by resource. Versions 1 to 3.
//
// Where rules are not in force it is SECURITY_DISABLED, as are the other two.
extension Handler {
  static let describeAcls = Handler(answering: DescribeAclsRequest.self) { request, context in
    var response = DescribeAclsResponse()
    do throws(TopicRefusal) {
      try AccessRuleCheck.requireRules(context)
      try context.requireCluster(.describe)
      try AccessRuleCheck.check(request.filter)
      for entry in context.broker.accessRules(matching: request.filter) {
        response.add(entry)
      }
    } catch {
      response.errorCode = error.code
      response.errorMessage = error.message
    }
    return response
  }
}

extension DescribeAclsResponse {
  /// Adds a rule to its resource, which is the last one if there are some of it.
  fileprivate mutating func add(_ entry: AccessControlEntry) {
    var rule = Resource.Rule()
    rule.principal = entry.principal
    rule.host = entry.host
    rule.operation = entry.operation
    rule.permissionType = entry.permissionType
    if let last = resources.last, last.type == entry.resourceType,
      last.name == entry.resourceName, last.patternType == entry.patternType
    {
      resources[resources.count - 1].rules.append(rule)
      return
    }
    var resource = Resource()
    resource.type = entry.resourceType
    resource.name = entry.resourceName
    resource.patternType = entry.patternType
    resource.rules = [rule]
    resources.append(resource)
  }
}
