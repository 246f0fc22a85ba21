internal import VarveBase
internal import VarveProtocol

// Fetch: batches from the log, from where they lie in its mapped files. Versions 4 to 18.
//
// Waits for `minBytes`, up to `maxWaitMilliseconds`. An offset in the middle of a batch gets that
// batch. Sessions (KIP-227) are kept. Followers there are none: what only they ask is not answered.
extension Handler {
  static let fetch = Handler(parking: FetchRequest.self) { request, exchange, context in
    do throws(ErrorCode) {
      let session = try FetchSessionContext(
        request, version: context.version, context.server.fetchSessions)
      ParkedFetch(request, exchange, context, session).begin()
    } catch {
      var response = FetchResponse()
      response.errorCode = error
      exchange.answer(response.reply(to: context.header))
    }
  }
}
