internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// ConsumerGroupDescribe: consumer groups and their members (KIP-848). Versions 0 to 1.
extension Handler {
  static let consumerGroupDescribe = Handler(awaiting: ConsumerGroupDescribeRequest.self) {
    request, context in
    var response = await context.broker.groups.consumerGroupDescribe(request)
    guard request.includesAuthorizedOperations else { return response }
    for index in response.groups.indices where response.groups[index].errorCode == .none {
      response.groups[index].authorizedOperations = AllowedOperations.group
    }
    return response
  }
}
