internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// CreateAcls: adds rules, each by itself. Versions 1 to 3.
extension Handler {
  static let createAcls = Handler(blocking: CreateAclsRequest.self) { request, context in
    var response = CreateAclsResponse()
    var refusals = request.creations.map { entry -> TopicRefusal? in
      do throws(TopicRefusal) {
        try AccessRuleCheck.requireRules(context)
        try context.requireCluster(.alter)
        try AccessRuleCheck.check(entry)
        return nil
      } catch { return error }
    }
    let accepted = zip(request.creations, refusals).filter { $0.1 == nil }.map(\.0)
    do throws(BrokerError) { try context.broker.add(accepted) } catch {
      refusals = refusals.map { $0 ?? TopicRefusal(error) }
    }
    response.results = refusals.map { refusal in
      var result = CreateAclsResponse.Result()
      result.errorCode = refusal?.code ?? .none
      result.errorMessage = refusal?.message
      return result
    }
    return response
  }
}
