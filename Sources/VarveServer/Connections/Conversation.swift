package import VarveBase
package import VarveProtocol

/// What is said on one connection, without the connection: bytes come in and become requests,
/// replies come in and become bytes, in the order of the requests.
///
/// As in Kafka, the next request is not begun before the one before it was answered, so that what a
/// client asks in turn is done in turn. A request may let others pass once its own effect is there
/// and only the reply is to come: a batch that waits to be synced, say.
package struct Conversation {
  package typealias Ticket = ReplyQueue.Ticket

  package struct Limits: Sendable {
    /// The largest request, in bytes (`socket.request.max.bytes`).
    package var frameBytesMax = 100 << 20
    /// The largest request of a client that has not proved yet who it is.
    package var unprovedFrameBytesMax = 64 << 10
    /// Requests up to this many bytes are not counted as memory that requests take.
    package var uncountedBytesMax = 16 << 10
    /// With more than this to be sent, no further request is taken.
    package var unsentBytesMax = 1 << 20
    /// Requests that were not answered yet.
    package var requestsMax = 1_000
    /// Requests that are begun before others have their turn.
    package var turnRequestsMax = 100

    package init() {}
  }

  private let limits: Limits
  private var decoder: FrameDecoder
  private var replies = ReplyQueue()
  package private(set) var outbox = Outbox()
  /// The request that no other may pass.
  private var current: Ticket?
  /// Set once no further request is taken.
  package private(set) var isEnding = false
  /// Whether the client has to wait, for its quota, before it is listened to again.
  package var isMuted = false
  /// The requests that were begun in this turn.
  private var turnRequests = 0

  package init(limits: Limits = Limits()) {
    self.limits = limits
    decoder = FrameDecoder(
      frameBytesMax: limits.frameBytesMax, uncountedBytesMax: limits.uncountedBytesMax)
  }

  /// Whether the client has nothing to come: all was answered and sent.
  package var isIdle: Bool { replies.count == 0 && outbox.isEmpty }

  /// Whether bytes should be read: a client that does not take its replies is not listened to.
  package var wantsBytes: Bool {
    takesRequests && decoder.isDrained && decoder.roomWanted == nil
  }

  /// Whether requests that were read may be begun.
  package var hasRequests: Bool {
    takesRequests && !decoder.isDrained && decoder.roomWanted == nil
  }

  /// The bytes of a large request that has begun, which `give` gives it room for.
  package var roomWanted: Int? { takesRequests ? decoder.roomWanted : nil }

  /// Whether a request has begun to come and has not come whole.
  package var isAmidRequest: Bool { decoder.isAmidFrame }

  /// Whether a large request has room and has not come whole.
  package var isAmidLargeRequest: Bool { decoder.isAmidLargeFrame }

  package mutating func give(_ room: RequestMemory.Room) { decoder.give(room) }

  private var takesRequests: Bool {
    !isEnding && !isMuted && current == nil && outbox.byteCount <= limits.unsentBytesMax
      && replies.count < limits.requestsMax
  }

  /// Takes the bytes that came next. Only where it `wantsBytes`.
  package mutating func receive(_ bytes: ByteSlice) { decoder.feed(bytes) }

  /// Begins the client's turn, in which so many requests may be begun: one that sends thousands of
  /// small ones at once must not keep others waiting.
  package mutating func beginTurn() { turnRequests = 0 }

  /// The next request to be begun; nil while there is none, or none may be begun. After an error
  /// the connection is past help.
  package mutating func next() throws(FrameLengthError) -> (ticket: Ticket, frame: ByteSlice)? {
    guard takesRequests, turnRequests < limits.turnRequestsMax, let frame = try decoder.next()
    else { return nil }
    turnRequests += 1
    let ticket = replies.open()
    current = ticket
    return (ticket, frame)
  }

  /// Lets other requests pass this one, whose reply comes later.
  package mutating func letPass(_ ticket: Ticket) {
    if current == ticket { current = nil }
  }

  /// Takes the reply to a request; nil where the client wants none.
  package mutating func answer(_ ticket: Ticket, _ reply: Gather?) {
    letPass(ticket)
    replies.fill(ticket, reply)
    replies.moveReady(to: &outbox)
  }

  /// Says whether the client has proved who it is, or need not: until then its requests are small.
  package mutating func limitFrames(isProved: Bool) {
    decoder.frameBytesMax =
      isProved
      ? limits.frameBytesMax : min(limits.unprovedFrameBytesMax, limits.frameBytesMax)
  }

  /// Forgets `count` bytes of the outbox, which were sent.
  package mutating func sent(_ count: Int) { outbox.sent(count) }

  /// Keeps what waits in memory of its own.
  package mutating func settle() { decoder.settle() }

  /// Takes no further request; those that were begun are still answered.
  package mutating func end() { isEnding = true }
}
