/// The replies of a connection, sent in the order of their requests whenever they are ready.
package struct ReplyQueue {
  /// Names a request of the connection.
  package struct Ticket: Hashable, Sendable { fileprivate let number: Int }

  private enum Place {
    case open
    /// Nil where the client wants no reply.
    case filled(Gather?)
    case sent
  }

  private var places: [Place] = []
  /// Those before it were sent.
  private var first = 0
  /// The number of the first place that is kept.
  private var base = 0

  package init() {}

  /// The requests that were not answered, or whose answer waits for others.
  package var count: Int { places.count - first }

  /// A place for the next request's reply.
  package mutating func open() -> Ticket {
    places.append(.open)
    return Ticket(number: base + places.count - 1)
  }

  /// Takes the reply of a request, which gets one only.
  package mutating func fill(_ ticket: Ticket, _ reply: Gather?) {
    let index = ticket.number - base
    guard index >= first, case .open = places[index] else {
      preconditionFailure("a request is answered twice")
    }
    places[index] = .filled(reply)
  }

  /// Moves the replies that are ready and have none before them into the outbox.
  package mutating func moveReady(to outbox: inout Outbox) {
    while first < places.count, case .filled(let reply) = places[first] {
      if let reply { outbox.append(reply) }
      places[first] = .sent
      first += 1
    }
    guard first > 64 && first * 2 > places.count || first == places.count else { return }
    places.removeFirst(first)
    base += first
    first = 0
  }
}
