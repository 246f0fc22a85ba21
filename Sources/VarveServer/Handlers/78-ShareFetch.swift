internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// ShareFetch: acquires records for a member of a share group, and takes its acknowledgements
// (KIP-932). Versions 1 to 2.
//
// Waits up to `maxWaitMilliseconds` for one record; `minBytes` is not waited for, as in Kafka.
// Keeps to `maxRecords` in either mode: the optimised one allows more, and asks for none.
extension Handler {
  static let shareFetch = Handler(
    hurried: ShareFetchRequest.self
  ) { request, context async throws(CoordinatorError) in
    try await context.shareClient(request.groupID, request.memberID).fetch(request)
  } refused: { (error) -> ShareFetchResponse in
    var response = ShareFetchResponse()
    response.errorCode = error.code
    response.errorMessage = error.message
    return response
  }
}

extension Handler {
  /// Answered by a task that waits, which is cancelled if the client goes or the server stops: it
  /// answers with what it has.
  fileprivate init<Request: WireMessage, Response: WireMessage>(
    hurried type: Request.Type,
    _ body:
      @escaping @Sendable (Request, RequestContext) async throws(CoordinatorError) -> Response,
    refused: @escaping @Sendable (CoordinatorError) -> Response
  ) {
    self.init(parking: type) { request, exchange, context in
      let later = exchange.later
      let task = Task {
        let response: Response
        do throws(CoordinatorError) { response = try await body(request, context) } catch {
          response = refused(error)
        }
        let reply = response.reply(to: context.header)
        later.execute { $0.answer(reply) }
      }
      exchange.wait(hurry: { task.cancel() }, abandon: { task.cancel() })
    }
  }
}
