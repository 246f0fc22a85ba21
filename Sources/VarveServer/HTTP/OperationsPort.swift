internal import Dispatch
internal import Synchronization
internal import VarveBase
internal import VarveBroker
internal import VarveLog

/// The second port of a server, for those who run it: `/metrics`, `/healthz`, `/readyz`.
///
/// It is open before the log is, so that a start that has much to recover is seen to be alive and
/// not ready. It has a loop of its own: to be asked does not hold up a client.
package final class OperationsPort: Sendable {
  /// Where it listens, with the port that it got.
  package let address: SocketAddress
  private let loop: EventLoop
  private let state = Mutex(State())

  private struct State {
    var phase = Phase.starting
    var server: Server?
    var http: LoopBound<HTTPServer>?
  }

  private enum Phase { case starting, serving, draining }

  /// Starts to listen. Throws where that cannot be.
  package init(at address: SocketAddress) throws(NetworkError) {
    let socket = try Socket.listening(at: address)
    self.address = socket.localAddress ?? address
    let loop = try EventLoop()
    try loop.start()
    self.loop = loop
    let descriptor = socket.release()
    let http = loop.call { [weak self] in
      HTTPServer(Socket(owning: descriptor), on: loop.base) { path in
        self?.answer(path) ?? Self.unavailable("this server has ended")
      }.map { LoopBound($0, of: loop) }
    }
    guard let http = http ?? nil else {
      loop.stop()
      throw NetworkError(.system, "the system gives no more memory for an HTTP server")
    }
    state.withLock { $0.http = http }
  }

  deinit {
    guard let http = state.withLock({ $0.http }) else { return }
    http.execute { $0.close() }
    loop.stop()
  }

  /// Tells of a server that is ready.
  package func begin(_ server: Server) {
    state.withLock { ($0.phase, $0.server) = (.serving, server) }
  }

  /// Says that it is not ready any more; metrics go on.
  package func drain() { state.withLock { $0.phase = .draining } }

  /// Closes the port. To stop twice does nothing.
  package func stop() async {
    let http = state.withLock { state in
      defer { (state.http, state.server) = (nil, nil) }
      return state.http
    }
    guard let http else { return }
    await withCheckedContinuation { continuation in
      http.execute { $0.close() }
      loop.whenEnded { continuation.resume() }
      loop.stop()
    }
  }

  // MARK: Answers

  private func answer(_ path: String) -> HTTPServer.Reply {
    switch path {
    case "/metrics":
      HTTPServer.Reply(contentType: Exposition.contentType, text: metrics())
    case "/healthz": health()
    case "/readyz": readiness()
    default:
      HTTPServer.Reply(status: 404, text: "there is /metrics, /healthz and /readyz\n")
    }
  }

  private static func unavailable(_ reason: String) -> HTTPServer.Reply {
    HTTPServer.Reply(status: 503, text: "\(reason)\n")
  }

  /// Alive: every loop that serves clients answers. One that hangs keeps the answer from coming.
  private func health() -> HTTPServer.Reply {
    _ = state.withLock { $0.server }?.counted()
    return HTTPServer.Reply(text: "ok\n")
  }

  private func readiness() -> HTTPServer.Reply {
    let (phase, server) = state.withLock { ($0.phase, $0.server) }
    switch (phase, server) {
    case (.starting, _), (_, nil): return Self.unavailable("starting: the log is being opened")
    case (.draining, _): return Self.unavailable("draining")
    case (.serving, let server?):
      guard let reason = server.broker.reasonNotReady else { return HTTPServer.Reply(text: "ok\n") }
      return Self.unavailable(reason)
    }
  }

  private func metrics() -> String {
    let (phase, server) = state.withLock { ($0.phase, $0.server) }
    var exposition = Exposition()
    let isReady = phase == .serving && server?.broker.reasonNotReady == nil
    exposition.begin("varve_ready", .gauge, "1 while /readyz says so, 0 otherwise.")
    exposition.add("varve_ready", isReady ? 1 : 0)
    guard let server else { return exposition.text }
    server.describe(in: &exposition)
    exposition.add(server.broker.allPartitions)
    exposition.addUpkeep(of: server.broker)
    exposition.add(Self.groups(of: server.broker))
    exposition.add(ShareMetrics(server.broker.shares.measures()))
    return exposition.text
  }

  /// Waits for the coordinators, on this port's own thread.
  private static func groups(of broker: Broker) -> GroupMetrics {
    let found = Mutex<GroupMetrics?>(nil)
    let done = DispatchSemaphore(value: 0)
    Task {
      let metrics = await GroupMetrics(of: broker)
      found.withLock { $0 = metrics }
      done.signal()
    }
    done.wait()
    guard let metrics = found.withLock({ $0 }) else { preconditionFailure("signalled unset") }
    return metrics
  }
}

extension Broker {
  /// Why clients should be sent elsewhere; nil where there is no reason.
  fileprivate var reasonNotReady: String? {
    do {
      let available = try space().availableBytes
      if available < Broker.diskReserveBytes {
        return "the disk is full: \(available) bytes are available"
      }
    } catch { return "the disk cannot be asked: \(error)" }
    // A log whose sync failed is out of use until the next start.
    return allPartitions.first { $0.log.isClosed }.map { "the log of \($0.id) is out of use" }
  }
}
