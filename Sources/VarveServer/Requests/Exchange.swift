internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

/// A request to be answered, once. On the connection's loop; `later` is for other threads.
final class Exchange {
  let loop: EventLoop
  let peer: Peer
  /// What is known of the request, once its header was read.
  var context: RequestContext?
  /// When it was begun, by the system's monotonic clock.
  private let began = SystemTime().monotonicNanoseconds
  private let connection: Connection
  private let ticket: Conversation.Ticket

  init(of connection: Connection, _ ticket: Conversation.Ticket) {
    self.connection = connection
    self.ticket = ticket
    loop = connection.loop
    peer = connection.peer
  }

  /// Sends the reply; nil where the client wants none.
  func answer(_ reply: Gather?) {
    let time = SystemTime().monotonicNanoseconds - began
    connection.counters.answered(
      context?.header.key ?? -1, nanoseconds: time, errors: reply?.errors ?? [])
    connection.answer(ticket, reply)
  }

  /// Lets the client's next requests be begun before this one is answered.
  func letPass() { connection.letPass(ticket) }

  /// Calls `abandon` if the client goes before it is answered, and `hurry` if the server stops:
  /// what only waits for something to come is answered then.
  func wait(hurry: (() -> Void)? = nil, abandon: @escaping () -> Void) {
    connection.keep(ExchangeWait(hurry: hurry, abandon: abandon), of: ticket)
  }

  /// The connection, as share sessions know it.
  var shareOwner: ShareSessions.Owner { connection.shareOwner }

  /// What the client has proved.
  var authentication: Authentication {
    get { connection.authentication }
    set { connection.authentication = newValue }
  }

  /// What the client says it is.
  var software: ClientSoftware {
    get { connection.software }
    set { connection.software = newValue }
  }

  /// Answers a client that is not who it says it is, tells the log, and ends the connection.
  func end(_ refusal: SaslRefusal, _ reply: Gather?) { connection.end(refusal, ticket, reply) }

  /// Counts what the client did against its quota, and lets it wait for as long as it has to, which
  /// is returned, in milliseconds.
  @discardableResult
  func take(_ amount: Double, of kind: QuotaKind, _ context: RequestContext) -> Int32 {
    let wait = context.broker.clientQuotas.take(
      amount, of: kind, user: context.access.principal.name, clientID: context.clientID)
    guard wait > 0 else { return 0 }
    connection.counters.waits(kind, milliseconds: wait)
    connection.mute(milliseconds: wait)
    return Int32(wait)
  }

  /// Counts the time that the loop spent on the request so far, where there are such quotas.
  func countTime() {
    guard let context, !context.broker.clientQuotas.isEmpty else { return }
    let seconds = Double(SystemTime().monotonicNanoseconds - began) / 1e9
    take(seconds * 100, of: .requestPercentage, context)
  }

  /// Ends the connection, for what the client sent.
  func refuse(_ reason: String) { connection.close(.violation(reason)) }

  /// A handle for other threads.
  var later: LoopBound<Exchange> { LoopBound(self, of: loop) }
}

/// What a request that waits needs to hear.
struct ExchangeWait {
  /// The server stops.
  let hurry: (() -> Void)?
  /// The client has gone.
  let abandon: () -> Void
}
