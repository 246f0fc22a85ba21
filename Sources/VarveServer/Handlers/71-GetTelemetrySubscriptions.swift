internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// GetTelemetrySubscriptions: which metrics a client is to push, and how often: what the resources
// of client metrics say that mean it (KIP-714). Version 0.
//
// Sums are asked for since the client's start, as Prometheus wants them.
extension Handler {
  static let getTelemetrySubscriptions = Handler(answering: GetTelemetrySubscriptionsRequest.self) {
    request, context in
    var response = GetTelemetrySubscriptionsResponse()
    var generator = SystemRandomNumberGenerator()
    let isNew = request.clientInstanceID == .zero
    let id = isNew ? TopicID(using: &generator) : request.clientInstanceID
    let telemetry = context.server.telemetry
    let (subscription, code) = telemetry.ask(id, context.telemetryIdentity)
    response.errorCode = code
    guard code == .none else { return response }
    response.clientInstanceID = id
    response.subscriptionID = subscription.id
    response.acceptedCompressionTypes = Telemetry.codecs
    response.pushIntervalMilliseconds = subscription.intervalMilliseconds
    response.telemetryMaxBytes = telemetry.bytesMax
    response.requestedMetrics = subscription.metrics
    return response
  }
}

extension RequestContext {
  /// Who pushes metrics. A long name is not kept whole.
  var telemetryIdentity: TelemetryClient.Identity {
    let shortID = String(decoding: clientID.utf8.prefix(256), as: UTF8.self)
    return TelemetryClient.Identity(
      clientID: shortID, software: software, address: access.host, port: peer.address.port)
  }
}
