internal import VarveBase
internal import VarveProtocol

/// What a server has on one loop: connections, and what they share. On the loop's thread.
final class ServerLoop {
  let loop: EventLoop
  let options: ServerOptions
  let context: ServerContext
  let counters = LoopCounters()
  private let counts: ConnectionCounts
  private let handlers: HandlerTable
  var buffer = ReadBuffer()
  /// What encrypted connections are read into.
  var plainBuffer = ReadBuffer(byteCount: 64 << 10)
  private var connections: [Int: Connection] = [:]
  private var connectionCount = 0
  private var listeners: [Listener] = []
  private(set) var isStopping = false
  private var drained: (() -> Void)?
  private var deadline: Event?

  init(
    _ loop: EventLoop, context: ServerContext, counts: ConnectionCounts, handlers: HandlerTable
  ) {
    self.loop = loop
    self.context = context
    self.counts = counts
    self.handlers = handlers
    options = context.options
  }

  // MARK: Connections

  func add(_ listener: Listener) { listeners.append(listener) }

  /// Takes a connection over, which was counted.
  func adopt(_ socket: consuming Socket, _ peer: Peer) {
    guard !isStopping else { return counts.remove(peer.address.host) }
    connectionCount += 1
    guard let connection = Connection(socket, id: connectionCount, peer: peer, server: self) else {
      options.logger.log(
        .error, "a connection was refused: there is no memory for TLS",
        [.peer: peer.address.description])
      return counts.remove(peer.address.host)
    }
    counters.counts.openedConnections += 1
    connections[connection.id] = connection
  }

  func closed(_ connection: Connection, _ reason: Connection.Reason) {
    connections[connection.id] = nil
    counts.remove(connection.peer.address.host)
    tell(reason, of: connection)
    if isStopping && connections.isEmpty { finish() }
  }

  private func tell(_ reason: Connection.Reason, of connection: Connection) {
    let logger = options.logger.with(.peer, connection.peer.address.description)
    switch reason {
    case .ended, .stopped: logger.log(.debug, "a connection was closed")
    case .unproved:
      logger.log(.notice, "a connection was closed: the client did not prove who it is in time")
    case .idle: logger.log(.debug, "a connection was closed: nothing came for too long")
    case .overdue:
      logger.log(.notice, "a connection was closed: a large request did not come whole in time")
    case .lost(let error): logger.log(.debug, "a connection was lost: \(error)")
    case .violation(let what): logger.log(.notice, "a connection was closed: \(what)")
    }
  }

  func tell(_ refusal: SaslRefusal, of connection: Connection) {
    var logger = options.logger.with(.peer, connection.peer.address.description)
    if let user = refusal.user { logger = logger.with(.user, user) }
    logger.log(.notice, "a client was not let in: \(refusal.reason)")
  }

  // MARK: Requests

  func handle(_ frame: ByteSlice, _ exchange: Exchange) {
    do throws(WireError) {
      try handlers.handle(frame, exchange, context)
    } catch { exchange.refuse(error.description) }
  }

  // MARK: The end

  /// Lets nobody in and takes no further request; calls `drained` once those that were begun are
  /// answered, or their time is over.
  func stop(drained: @escaping () -> Void) {
    isStopping = true
    self.drained = drained
    for listener in listeners { listener.close() }
    listeners = []
    for connection in connections.values { connection.end() }
    guard !connections.isEmpty else { return finish() }
    deadline = loop.timer(after: options.drainMilliseconds) { [weak self] in self?.closeAll() }
  }

  private func closeAll() {
    for connection in connections.values { connection.close(.stopped) }
  }

  private func finish() {
    deadline = nil
    let call = drained
    drained = nil
    call?()
  }
}
