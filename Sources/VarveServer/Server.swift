internal import Dispatch
internal import Synchronization
internal import VarveBase
package import VarveBroker

/// Kafka's protocol over a broker's log: ports that clients connect to.
///
/// The broker stays its owner's, who closes it after the server was stopped.
package final class Server: Sendable {
  /// Where it listens, with the ports that it got.
  package let addresses: [SocketAddress]
  private let gates: [Gate]
  private let loops: [LoopBound<ServerLoop>]
  private let counts: ConnectionCounts
  private let telemetry: Telemetry
  private let clientLog: ClientLog
  let broker: Broker
  private let hasStopped = Atomic(false)

  /// Starts to listen. Throws where that cannot be, or where other machines could reach a listener
  /// that lets everybody in and the options don't allow that.
  package init(_ broker: Broker, options: ServerOptions = ServerOptions()) throws(NetworkError) {
    try Self.checkListeners(options)
    gates = try options.listeners.map { listener throws(NetworkError) in
      try Gate(listener.security, broker, options.logger)
    }
    self.broker = broker
    let counts = ConnectionCounts(options.connections)
    self.counts = counts
    let context = ServerContext(broker, options: options)
    (telemetry, clientLog) = (context.telemetry, context.clientLog)
    let count = max(1, options.loopCount ?? SystemCores.count)
    var loops: [LoopBound<ServerLoop>] = []
    do throws(NetworkError) {
      for _ in 0..<count { loops.append(try Self.startLoop(context, counts)) }
      addresses = try Self.listen(context, gates, loops, counts)
    } catch {
      for loop in loops {
        // What listens already is let go on its own thread.
        loop.execute { $0.stop {} }
        loop.loop.stop()
      }
      throw error
    }
    self.loops = loops
    for address in addresses {
      options.logger.log(.info, "listening", [.address: address.description])
    }
  }

  /// The connections that are open.
  package var connectionCount: Int { counts.total }

  /// What all loops have counted; nil once the server was stopped. Waits for each loop, so not on
  /// one of them.
  func counted() -> ServerCounts? {
    var sum = ServerCounts()
    for loop in loops {
      guard let counts = loop.loop.call({ loop.value.counters.counts }) else { return nil }
      sum.add(counts)
    }
    return sum
  }

  /// Adds what this server and its loops have counted. Nothing once it was stopped.
  func describe(in exposition: inout Exposition) {
    guard let counted = counted() else { return }
    exposition.add(
      counted, open: counts.total, refused: counts.refused, names: Handlers.table.names)
    exposition.add(telemetry.current)
  }

  /// Reads certificates, keys and passwords again, for those who come from now on. Throws
  /// `.security` where some cannot be used: then all stays as it is.
  package func reloadSecurity() throws(NetworkError) {
    let asked = try gates.map { gate throws(NetworkError) in try gate.read() }
    for (gate, asked) in zip(gates, asked) { gate.change(to: asked) }
  }

  /// Lets nobody in any more, answers the requests that were begun for as long as the options say,
  /// closes all connections, and ends the loops. Stopping twice does nothing.
  package func stop() async {
    guard !hasStopped.exchange(true, ordering: .acquiringAndReleasing) else { return }
    await withTaskGroup { group in
      for loop in loops { group.addTask { await Self.drain(loop) } }
    }
    for loop in loops {
      await withCheckedContinuation { continuation in
        loop.loop.whenEnded { continuation.resume() }
        loop.loop.stop()
      }
    }
    clientLog.finish()
  }

  private static func drain(_ loop: LoopBound<ServerLoop>) async {
    await withCheckedContinuation { continuation in
      loop.execute { $0.stop { continuation.resume() } }
    }
  }

  private static func startLoop(
    _ context: ServerContext, _ counts: ConnectionCounts
  ) throws(NetworkError) -> LoopBound<ServerLoop> {
    let loop = try EventLoop()
    try loop.start()
    let bound = loop.call {
      LoopBound(
        ServerLoop(loop, context: context, counts: counts, handlers: Handlers.table), of: loop)
    }
    guard let bound else { preconditionFailure("nobody stops a loop that nobody knows") }
    return bound
  }

  /// A machine that others reach lets nobody in by chance.
  private static func checkListeners(_ options: ServerOptions) throws(NetworkError) {
    for listener in options.listeners
    where !listener.address.isLoopback && listener.security.tellsPasswords {
      options.logger.log(
        .warning, "whoever can read a connection to this address learns passwords or tokens",
        [.address: listener.address.description])
    }
    for listener in options.listeners
    where !listener.address.isLoopback && !listener.security.authenticates {
      let address = listener.address
      guard options.allowsAnonymous else {
        throw NetworkError(
          .permission,
          """
          \(address) can be reached by other machines, and everybody who reaches it may read, \
          write and delete: say that this is meant (--allow-anonymous), or listen at 127.0.0.1
          """)
      }
      options.logger.log(
        .warning, "everybody who reaches this address may read, write and delete",
        [.address: address.description])
    }
  }
}

extension Server {
  /// Opens the listeners, all on the first loop; connections go to the loops in turn.
  private static func listen(
    _ context: ServerContext, _ gates: [Gate], _ loops: [LoopBound<ServerLoop>],
    _ counts: ConnectionCounts
  ) throws(NetworkError) -> [SocketAddress] {
    try zip(context.options.listeners, gates).map { listener, gate throws(NetworkError) in
      let address = listener.address
      let socket = try Socket.listening(at: address)
      let bound = socket.localAddress ?? address
      let descriptor = socket.release()
      loops[0].execute { first in
        let door = Door(loops: loops, counts: counts, gate: gate, log: context.clientLog)
        first.add(
          Listener(Socket(owning: descriptor), on: first.loop, logger: context.logger) {
            door.letIn($0)
          })
      }
      return bound
    }
  }
}
