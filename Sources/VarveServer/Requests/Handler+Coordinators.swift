internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

/// A response that can say of a whole request that it was refused.
protocol Refusable: WireMessage {
  var errorCode: ErrorCode { get set }
}

extension Handler {
  /// Answered by a coordinator, which may refuse the request.
  init<Request: WireMessage, Response: Refusable>(
    coordinated type: Request.Type, versions: ClosedRange<Int16>? = nil,
    refused: @escaping @Sendable (inout Response, CoordinatorError, Request) -> Void = { _, _, _ in
    },
    _ body:
      @escaping @Sendable (Request, RequestContext) async throws(CoordinatorError) -> Response
  ) {
    self.init(awaiting: type, versions: versions) { request, context in
      do throws(CoordinatorError) { return try await body(request, context) } catch {
        var response = Response()
        response.errorCode = error.code
        refused(&response, error, request)
        return response
      }
    }
  }
}
