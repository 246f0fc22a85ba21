package import VarveBase

/// What is still to be sent on a connection, in order.
package struct Outbox {
  private var queued: [ByteSlice] = []
  /// Those before it were sent.
  private var first = 0
  package private(set) var byteCount = 0

  package init() {}

  package var isEmpty: Bool { byteCount == 0 }

  /// The pieces that come next.
  package var pieces: ArraySlice<ByteSlice> { queued[first...] }

  package mutating func append(_ reply: Gather) {
    queued += reply.pieces
    byteCount += reply.byteCount
  }

  /// Forgets the first `count` bytes, which were sent, and lets go of what holds them.
  package mutating func sent(_ count: Int) {
    precondition(count <= byteCount, "more was sent than there is")
    byteCount -= count
    var rest = count
    while rest > 0 {
      let piece = queued[first]
      guard rest >= piece.count else {
        queued[first] = piece.slice(rest..<piece.count)
        break
      }
      rest -= piece.count
      queued[first] = ByteSlice()
      first += 1
    }
    compact()
  }

  /// Drops the places of what was sent once they are the larger part.
  private mutating func compact() {
    guard first > 64 && first * 2 > queued.count || first == queued.count else { return }
    queued.removeFirst(first)
    first = 0
  }
}
