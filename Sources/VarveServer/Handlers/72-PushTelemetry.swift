internal import VarveProtocol

// PushTelemetry: a client's metrics, in OpenTelemetry's format (KIP-714). Version 0.
//
// Counters and gauges are shown on the page of metrics, and kept nowhere.
extension Handler {
  static let pushTelemetry = Handler(blocking: PushTelemetryRequest.self) { request, context in
    var response = PushTelemetryResponse()
    response.errorCode = context.server.telemetry.push(request, context.telemetryIdentity)
    return response
  }
}
