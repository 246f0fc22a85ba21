internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// DeleteAcls: removes the rules that filters match. Versions 1 to 3.
extension Handler {
  static let deleteAcls = Handler(blocking: DeleteAclsRequest.self) { request, context in
    var response = DeleteAclsResponse()
    do throws(TopicRefusal) {
      try AccessRuleCheck.requireRules(context)
      try context.requireCluster(.alter)
      for filter in request.filters { try AccessRuleCheck.check(filter) }
      do throws(BrokerError) {
        response.filterResults = try context.broker.removeRules(matching: request.filters)
          .map(DeleteAclsResponse.FilterResult.init(removed:))
      } catch { throw TopicRefusal(error) }
    } catch {
      response.filterResults = request.filters.map { _ in
        var result = DeleteAclsResponse.FilterResult()
        result.errorCode = error.code
        result.errorMessage = error.message
        return result
      }
    }
    return response
  }
}

extension DeleteAclsResponse.FilterResult {
  fileprivate init(removed: [AccessControlEntry]) {
    self.init()
    matchingRules = removed.map { entry in
      var rule = MatchingRule()
      rule.entry = entry
      return rule
    }
  }
}
