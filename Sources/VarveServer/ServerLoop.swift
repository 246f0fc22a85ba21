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
    let (log, peer) = (context.clientLog, connection.peer.address)
    switch reason {
    case .ended, .stopped: tellEnd(of: connection, "a connection was closed")
    case .lost(let error): tellEnd(of: connection, "a connection was lost: \(error)")
    case .unproved: log.tell(.unproved, of: peer)
    case .idle: log.tell(.idle, of: peer)
    case .unfinished: log.tell(.unfinished, of: peer)
    case .unread(let byteCount): log.tell(.unread, of: peer, nil, [.bytes: "\(byteCount)"])
    case .overdue: log.tell(.overdue, of: peer)
    case .violation(let what): log.tell(.violation, of: peer, what)
    }
  }

  /// Clients come and go, which only those want to know who look for a mistake. One that has asked
  /// very much is told of, so that it can be found.
  private func tellEnd(of connection: Connection, _ words: String) {
    let isBusy = connection.requestCount >= Self.manyRequests
    options.logger.log(
      isBusy ? .info : .debug, words,
      [.peer: connection.peer.address.description, .count: "\(connection.requestCount)"])
  }

  private static let manyRequests = 100_000

  func tell(_ refusal: SaslRefusal, of connection: Connection) {
    let peer = connection.peer.address
    guard let user = refusal.user else {
      return context.clientLog.tell(.refused, of: peer, refusal.reason)
    }
    context.clientLog.tell(.refused, of: peer, refusal.reason, [.user: user])
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
