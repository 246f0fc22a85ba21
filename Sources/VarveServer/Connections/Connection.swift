internal import VarveBase
internal import VarveBroker
internal import VarveProtocol
internal import VarveSecurity

/// A client's connection, on its loop: reads when the socket is readable, hands requests on, and
/// writes their replies.
final class Connection {
  let id: Int
  let loop: EventLoop
  let server: ServerLoop
  let counters: LoopCounters
  let socket: Socket
  /// Nil where the connection is not encrypted.
  let tls: TLSChannel?
  /// Whether it is known if the client has a certificate.
  var isIdentified = false
  private var readable: Event?
  private var writable: Event?
  private var farewell: Event?
  private var unmuting: Event?
  /// Until when the client has to have proved who it is.
  private var proofDeadline: Event?
  var conversation: Conversation
  /// What requests that wait need to hear.
  private var waits: [Conversation.Ticket: ExchangeWait] = [:]
  let peer: Peer
  /// What share sessions know the connection by.
  let shareOwner = ShareSessions.Owner()
  /// What the client has proved.
  var authentication: Authentication {
    didSet { conversation.limitFrames(isProved: authentication.principal != nil) }
  }
  /// What the client says it is.
  var software = ClientSoftware.unknown
  private(set) var isClosed = false
  /// The requests that were begun.
  private(set) var requestCount = 0
  /// Whether the requests that were read are being begun, whose replies are written together.
  private var isServing = false
  /// Whether the connection has its next turn without an event. One at a time: else each event in
  /// between would earn it one more.
  private var isGoingOn = false
  private var isReading = false
  /// By the system's monotonic clock.
  private var mutedUntil: UInt64 = 0
  private var isAwaitingRoom = false
  /// When a large request has to have come whole: what it holds, others wait for.
  private var deadline: Event?
  private var isWriting = false

  /// Nil where there is no memory for TLS.
  init?(_ socket: consuming Socket, id: Int, peer: Peer, server: ServerLoop) {
    self.id = id
    self.peer = peer
    self.server = server
    loop = server.loop
    counters = server.counters
    let descriptor = socket.descriptor
    self.socket = socket
    let asked = peer.gate.current
    if let context = asked.tls {
      guard let session = TLSSession(context) else { return nil }
      tls = TLSChannel(session)
    } else {
      tls = nil
    }
    conversation = Conversation(limits: server.options.limits)
    authentication = Authentication(asked.sasl)
    conversation.limitFrames(isProved: authentication.principal != nil)
    readable = Event(.readable, of: descriptor, on: loop.base) { [weak self] occasion in
      self?.becameReadable(occasion)
    }
    writable = Event(.writable, of: descriptor, on: loop.base) { [weak self] occasion in
      self?.becameWritable(occasion)
    }
    if asked.sasl != nil || tls != nil {
      proofDeadline = loop.timer(after: server.options.proofMilliseconds) { [weak self] in
        self?.checkProof()
      }
    }
    watch()
  }

  private func checkProof() {
    proofDeadline = nil
    let isProved = authentication.principal != nil && tls?.session.isEstablished ?? true
    if !isProved { close(.unproved) }
  }

  // MARK: Events

  private func becameReadable(_ occasion: Event.Occasion) {
    guard occasion == .ready else { return nothingCame() }
    do throws(NetworkError) {
      switch try server.buffer.read(from: socket) {
      case .bytes(let bytes):
        counters.counts.receivedBytes += UInt64(bytes.count)
        if let tls { tls.receive(bytes) } else { conversation.receive(bytes) }
      case .wouldBlock: return
      case .ended: return close(.ended)
      }
    } catch { return close(.lost(error)) }
    serve()
  }

  private func becameWritable(_ occasion: Event.Occasion) {
    guard occasion == .ready else { return close(.unread(conversation.outbox.byteCount)) }
    flush()
    serve()
  }

  /// A client that is busy taking its answers need not say anything.
  private func nothingCame() {
    guard !hasUnsent else { return }
    close(conversation.isAmidRequest ? .unfinished : .idle)
  }

  /// Begins the requests that may be begun, and writes the replies that are ready.
  private func serve() {
    guard !isClosed, !isServing else { return }
    isServing = true
    conversation.beginTurn()
    do throws(FrameLengthError) {
      repeat {
        while !isClosed {
          if let (ticket, frame) = try conversation.next() {
            requestCount += 1
            let exchange = Exchange(of: self, ticket)
            server.handle(frame, exchange)
            exchange.countTime()
          } else if !takesRoom() {
            break
          }
        }
      } while decrypt()
    } catch { close(.violation(error.description)) }
    isServing = false
    conversation.settle()
    tls?.session.settle()
    flush()
    if tls?.isEnded == true && conversation.isIdle { close(.ended) }
    if conversation.hasRequests || conversation.wantsBytes && tls?.hasReadable ?? false { goOn() }
  }

  /// Serves what is left once others had their turn: there were too many requests for one, or
  /// replies for the outbox that have been sent meanwhile. No event tells of what was read before.
  private func goOn() {
    guard !isGoingOn else { return }
    isGoingOn = true
    let later = LoopBound(Seat(connection: self), of: loop)
    later.execute { seat in
      seat.connection?.isGoingOn = false
      seat.connection?.serve()
    }
  }

  /// Gives a large request that has begun its room. False where there is none such, or no room yet.
  private func takesRoom() -> Bool {
    guard !isAwaitingRoom, let byteCount = conversation.roomWanted else { return false }
    let later = LoopBound(Seat(connection: self), of: loop)
    let room = server.context.requestMemory.room(for: byteCount) { room in
      later.execute { $0.connection?.take(room) }
    }
    guard let room else {
      isAwaitingRoom = true
      return false
    }
    conversation.give(room)
    return true
  }

  private func take(_ room: RequestMemory.Room) {
    guard !isClosed else { return }
    isAwaitingRoom = false
    conversation.give(room)
    serve()
  }

  /// What waits for room: a connection that was closed meanwhile is not kept.
  private final class Seat {
    weak var connection: Connection?
    init(connection: Connection) { self.connection = connection }
  }

  /// Whether there is something to be sent, and the system takes no more.
  private var hasUnsent: Bool { tls.map { !$0.sealed.isEmpty } ?? !conversation.outbox.isEmpty }

  private func flush() {
    guard !isClosed else { return }
    do throws(NetworkError) {
      if let tls { try flush(tls) }
      while tls == nil, !conversation.outbox.isEmpty {
        guard case .bytes(let count) = try socket.send(conversation.outbox.pieces) else { break }
        counters.counts.sentBytes += UInt64(count)
        conversation.sent(count)
      }
    } catch { return close(.lost(error)) }
    if conversation.isEnding && conversation.isIdle && !hasUnsent { return close(.stopped) }
    watch()
  }

  /// Watches for what the conversation waits for. While a request waits for something else, no time
  /// runs out for the client.
  private func watch() {
    guard !isClosed else { return }
    let idle = server.options.idleMilliseconds
    let wantsBytes = conversation.wantsBytes && tls?.wantsFromSocket ?? true
    if wantsBytes != isReading {
      isReading.toggle()
      if isReading { readable?.arm(timeout: idle) } else { readable?.disarm() }
    }
    let isOwed = isReading && conversation.isAmidLargeRequest
    if isOwed != (deadline != nil) {
      deadline =
        isOwed
        ? loop.timer(after: server.options.largeRequestMilliseconds) { [weak self] in
          self?.close(.overdue)
        } : nil
    }
    if hasUnsent != isWriting {
      isWriting.toggle()
      if isWriting { writable?.arm(timeout: idle) } else { writable?.disarm() }
    }
  }

  // MARK: Replies

  func answer(_ ticket: Conversation.Ticket, _ reply: Gather?) {
    waits[ticket] = nil
    guard !isClosed else { return }
    conversation.answer(ticket, reply)
    guard !isServing else { return }
    flush()
    serve()
  }

  func letPass(_ ticket: Conversation.Ticket) {
    conversation.letPass(ticket)
    serve()
  }

  /// Tells a request that waits if its client goes, or the server stops.
  func keep(_ wait: ExchangeWait, of ticket: Conversation.Ticket) { waits[ticket] = wait }

  /// Begins none of the client's requests for some time; those that were begun are answered. A
  /// later end counts.
  func mute(milliseconds: Int64) {
    let end = SystemTime().monotonicNanoseconds + UInt64(milliseconds) * 1_000_000
    guard milliseconds > 0, !isClosed, end > mutedUntil else { return }
    mutedUntil = end
    conversation.isMuted = true
    unmuting = loop.timer(after: milliseconds) { [weak self] in self?.unmute() }
    watch()
  }

  private func unmute() {
    unmuting = nil
    conversation.isMuted = false
    serve()
  }

  // MARK: The end

  /// Why a connection ends.
  enum Reason {
    case ended
    case idle
    /// The rest of a request did not come.
    case unfinished
    /// So many bytes of answers were not taken.
    case unread(Int)
    case unproved
    /// The rest of a large request did not come.
    case overdue
    case stopped
    case lost(NetworkError)
    /// What the client sent cannot be.
    case violation(String)
  }

  /// Ends with a client that is not who it says it is, once it was told so, after a while.
  func end(_ refusal: SaslRefusal, _ ticket: Conversation.Ticket, _ reply: Gather?) {
    server.tell(refusal, of: self)
    conversation.end()
    farewell = loop.timer(after: server.options.refusalMilliseconds) { [weak self] in
      self?.answer(ticket, reply)
    }
  }

  /// Takes no further request, answers those that were begun, and closes.
  func end() {
    conversation.end()
    for wait in Array(waits.values) { wait.hurry?() }
    if conversation.isIdle && !hasUnsent { close(.stopped) } else { watch() }
  }

  func close(_ reason: Reason) {
    guard !isClosed else { return }
    isClosed = true
    if let tls { hangUp(tls) }
    // Here and not when the connection is let go, which may be on another thread.
    readable = nil
    writable = nil
    deadline = nil
    farewell = nil
    proofDeadline = nil
    unmuting = nil
    let waiting = waits
    waits = [:]
    for wait in waiting.values { wait.abandon() }
    let shares = server.context.broker.shares
    if server.isStopping { shares.serverStops(shareOwner) } else { shares.clientIsGone(shareOwner) }
    server.closed(self, reason)
  }
}

/// Who is at the other end of a connection, and where they reached us.
struct Peer: Sendable {
  let address: SocketAddress
  /// The address of ours that the client connected to.
  let local: SocketAddress
  /// What is asked of whoever connects there.
  let gate: Gate
}
