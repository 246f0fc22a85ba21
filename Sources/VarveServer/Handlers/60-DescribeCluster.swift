internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// DescribeCluster: this broker, which is a whole cluster. Versions 0 to 2.
//
// Controllers have no listeners of their own (KIP-919).
extension Handler {
  static let describeCluster = Handler(answering: DescribeClusterRequest.self) {
    request, context in
    var response = DescribeClusterResponse()
    response.endpointType = request.endpointType
    guard request.endpointType == 1 else {
      response.errorCode =
        request.endpointType == 2 ? .mismatchedEndpointType : .unsupportedEndpointType
      response.errorMessage = "this is the listener of a broker"
      return response
    }
    response.clusterID = context.broker.clusterID
    response.controllerID = context.broker.nodeID
    var broker = DescribeClusterResponse.Broker()
    broker.brokerID = context.broker.nodeID
    broker.host = context.advertised.host
    broker.port = Int32(context.advertised.port)
    response.brokers = [broker]
    if request.includesAuthorizedOperations {
      response.authorizedOperations = context.access.operations(
        .cluster, AccessResource.clusterName)
    }
    return response
  }
}
