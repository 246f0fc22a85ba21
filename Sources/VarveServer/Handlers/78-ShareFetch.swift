internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// ShareFetch: acquires records for a member of a share group, and takes its acknowledgements
// (KIP-932). Versions 1 to 2.
//
// Waits up to `maxWaitMilliseconds` for one record, and no longer than until the session's next
// request comes, which may be sent before the answer; `minBytes` is not waited for, as in Kafka.
// Keeps to `maxRecords` in either mode: the optimised one allows more, and asks for none.
//
// A session ends with its connection, and others may have at once what it had.
extension Handler {
  /// Answered by a task that waits, which is cancelled if the client goes or the server stops: it
  /// answers with what it has.
  static let shareFetch = Handler(parking: ShareFetchRequest.self) { request, exchange, context in
    let fetching: ShareFetching
    do throws(CoordinatorError) {
      fetching = try context.shareClient(request.groupID, request.memberID)
        .beginFetch(request, from: exchange.shareOwner)
    } catch {
      var response = ShareFetchResponse()
      response.errorCode = error.code
      response.errorMessage = error.message
      return exchange.answer(response.reply(to: context.header))
    }
    let later = exchange.later
    let task = Task {
      let reply = await fetching.response().reply(to: context.header)
      later.execute { $0.answer(reply) }
    }
    exchange.wait(hurry: { task.cancel() }, abandon: { task.cancel() })
    exchange.letPass()
  }
}
