/// Events by the virtual time at which they happen, in milliseconds. Which of those of one instant
/// comes first is drawn from the seed, so that seeds differ in it and one seed does not.
package struct EventQueue<Event> {
  private struct Entry {
    let time: Int64
    /// Drawn; the number decides among equals.
    let lot: UInt64
    let number: UInt64
    let event: Event

    func isBefore(_ other: Entry) -> Bool {
      (time, lot, number) < (other.time, other.lot, other.number)
    }
  }

  /// A binary heap: no entry is before the one at half its index.
  private var heap: [Entry] = []
  private var random: SeededGenerator
  private var count: UInt64 = 0

  package init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  package var isEmpty: Bool { heap.isEmpty }

  package var nextTime: Int64? { heap.first?.time }

  package mutating func add(_ event: Event, at time: Int64) {
    heap.append(Entry(time: time, lot: random.next(), number: count, event: event))
    count += 1
    var index = heap.count - 1
    while index > 0, heap[index].isBefore(heap[(index - 1) / 2]) {
      heap.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  /// Takes out the event that happens next.
  package mutating func next() -> (time: Int64, event: Event)? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    return (first.time, first.event)
  }

  private mutating func sink() {
    var index = 0
    while true {
      var least = index
      for child in [2 * index + 1, 2 * index + 2]
      where child < heap.count && heap[child].isBefore(heap[least]) {
        least = child
      }
      guard least != index else { return }
      heap.swapAt(index, least)
      index = least
    }
  }
}
