internal import Synchronization
internal import VarveBase
internal import VarveProtocol

/// A connection to a broker: requests go out in the order of their calls, and answers come to those
/// who asked.
///
/// The connection is made when there is something to ask, by a thread of its own, which lives as
/// long as the connection does, until ``close()``. When it is lost, what has no answer fails, and
/// the next request makes a new one.
package final class Link: Sendable {
  /// How brokers are talked to.
  package struct Options: Sendable {
    /// The name that brokers see.
    package var clientID = "varve"
    package var connectTime = Duration.seconds(10)
    /// The largest response, in bytes.
    package var responseBytesMax = 256 << 20
    #if Serve
      package var security = LinkSecurity()
    #endif

    package init() {}
  }

  package let address: BrokerAddress
  let options: Options
  private let state = Mutex(LinkState())

  package init(to address: BrokerAddress, options: Options) {
    self.address = address
    self.options = options
  }

  /// Lets go of the connection. Whoever waits gets `.closed`.
  package func close() { state.withLock { $0.close() }?.wake() }

  /// Asks for something. Returns at once; `completed` is called once, on the connection's thread or
  /// on this one.
  ///
  /// - Parameters:
  ///   - versions: those in which the question says all that it has to; nil for all.
  ///   - timeout: how long there may be no answer. The connection is given up then, since answers
  ///     come in order.
  package func ask<Asked: Question>(
    _ question: Asked, versions: ClosedRange<Int16>? = nil, timeout: Duration,
    completed: @escaping @Sendable (Result<Asked.Reply, ClientError>) -> Void
  ) {
    let (address, clientID) = (address, options.clientID)
    submit(
      LinkRequest(
        name: Asked.name, api: Asked.api, versions: versions ?? Asked.askedVersions,
        deadline: .now + timeout,
        frame: { version, id in
          question.requestFrame(version: version, correlationID: id, clientID: clientID)
        },
        completed: { result in
          completed(
            result.flatMap { answer in
              do throws(WireError) {
                return .success(try Asked.Reply(decoding: answer.body, version: answer.version))
              } catch {
                return .failure(
                  ClientError(.badAnswer, "\(address) broke the protocol: \(error)", wasSent: true))
              }
            })
        }))
  }

  /// As above, for a task.
  package func ask<Asked: Question>(
    _ question: Asked, versions: ClosedRange<Int16>? = nil, timeout: Duration
  ) async throws(ClientError) -> Asked.Reply {
    let result = await withCheckedContinuation { continuation in
      ask(question, versions: versions, timeout: timeout) { continuation.resume(returning: $0) }
    }
    return try result.get()
  }

  private func submit(_ request: LinkRequest) {
    switch withState({ $0.add(request) }) {
    case .wake(let waker): waker?.wake()
    case .refuse: request.completed(.failure(closed))
    case .start:
      guard SystemThread.start({ self.run() }) else {
        end(ClientError(.unreachable, "the system gives no thread to talk to \(address)"))
        return
      }
    }
  }

  /// Fails all that has no answer.
  func end(_ error: ClientError) {
    let (sent, unsent) = withState { $0.end() }
    for request in sent { request.completed(.failure(error.afterSending)) }
    for request in unsent { request.completed(.failure(error)) }
  }

  var closed: ClientError { ClientError(.closed, "the connection to \(address) was closed") }

  func withState<Result>(_ body: (inout LinkState) -> sending Result) -> sending Result {
    state.withLock { body(&$0) }
  }
}
