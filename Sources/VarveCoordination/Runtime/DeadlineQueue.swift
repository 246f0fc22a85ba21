/// Moments at which something is due, the earliest first; one a key.
///
/// A binary heap in which a deadline that was replaced or removed stays until it comes up, so that
/// setting one, which every heartbeat does, costs the logarithm of their number and no search.
package struct DeadlineQueue<Key: Hashable & Sendable>: Sendable {
  private struct Entry: Sendable {
    let uptime: Int64
    /// Breaks ties in the order in which deadlines were set, so that simulations repeat.
    let sequence: UInt64
    let key: Key

    func isBefore(_ other: Entry) -> Bool {
      (uptime, sequence) < (other.uptime, other.sequence)
    }
  }

  private var heap: [Entry] = []
  private var current: [Key: UInt64] = [:]
  private var nextSequence: UInt64 = 0

  package init() {}

  package var count: Int { current.count }

  package func isSet(_ key: Key) -> Bool { current[key] != nil }

  /// Sets or moves the deadline of `key`; nil removes it.
  package mutating func set(_ key: Key, at uptime: Int64?) {
    guard let uptime else {
      current[key] = nil
      return dropStale()
    }
    let entry = Entry(uptime: uptime, sequence: nextSequence, key: key)
    nextSequence += 1
    current[key] = entry.sequence
    push(entry)
    if heap.count > 64, heap.count > 4 * current.count { rebuild() }
    dropStale()
  }

  /// When the next deadline is due, in milliseconds of uptime.
  package var next: Int64? { heap.first?.uptime }

  /// Takes the earliest key that is due by `uptime`.
  package mutating func popDue(by uptime: Int64) -> Key? {
    guard let first = heap.first, first.uptime <= uptime else { return nil }
    current[first.key] = nil
    dropStale()
    return first.key
  }

  /// The first entry is always one that counts.
  private mutating func dropStale() {
    while let first = heap.first, current[first.key] != first.sequence { removeFirst() }
  }

  private mutating func rebuild() {
    let kept = heap.filter { current[$0.key] == $0.sequence }
    heap.removeAll(keepingCapacity: true)
    for entry in kept { push(entry) }
  }

  private mutating func push(_ entry: Entry) {
    heap.append(entry)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].isBefore(heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func removeFirst() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child].isBefore(heap[least]) {
        least = child
      }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
