internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// FindCoordinator: who coordinates groups and transactions, which is this broker. Versions 0 to 6.
//
// Share groups, key type 2, are not coordinated by anybody yet.
extension Handler {
  static let findCoordinator = Handler(answering: FindCoordinatorRequest.self) {
    request, context in
    var response = FindCoordinatorResponse()
    guard context.version >= 4 else {
      let found = FindCoordinatorResponse.Coordinator(request.key, request, context)
      response.errorCode = found.errorCode
      response.errorMessage = found.errorMessage
      response.nodeID = found.nodeID
      response.host = found.host
      response.port = found.port
      return response
    }
    response.coordinators = request.coordinatorKeys.map {
      FindCoordinatorResponse.Coordinator($0, request, context)
    }
    return response
  }
}

extension FindCoordinatorResponse.Coordinator {
  fileprivate init(_ key: String, _ request: FindCoordinatorRequest, _ context: RequestContext) {
    self.init()
    self.key = key
    guard 0...1 ~= request.keyType else {
      errorCode = .invalidRequest
      errorMessage =
        "key type \(request.keyType) is not known: it is 0, a group, or 1, a"
        + " transactional id"
      nodeID = -1
      port = -1
      return
    }
    let isGroup = request.keyType == 0
    guard context.access.allows(.describe, isGroup ? .group : .transactionalID, key) else {
      errorCode = isGroup ? .groupAuthorizationFailed : .transactionalIDAuthorizationFailed
      nodeID = -1
      port = -1
      return
    }
    nodeID = context.broker.nodeID
    host = context.advertised.host
    port = Int32(context.advertised.port)
  }
}
