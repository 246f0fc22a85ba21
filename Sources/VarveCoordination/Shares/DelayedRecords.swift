/// Records that are not due: 16 bytes each.
struct DelayedRecords: Sendable {
  private struct Delayed: Comparable, Sendable {
    /// Milliseconds since 1970.
    let time: Int64
    let offset: Int64

    static func < (left: Delayed, right: Delayed) -> Bool {
      (left.time, left.offset) < (right.time, right.offset)
    }
  }

  private var heap = BinaryHeap<Delayed>()

  var count: Int { heap.count }

  /// When the next one is due, in milliseconds since 1970.
  var next: Int64? { heap.first?.time }

  mutating func insert(_ offset: Int64, until time: Int64) {
    heap.insert(Delayed(time: time, offset: offset))
  }

  mutating func popDue(by time: Int64) -> Int64? {
    guard let first = heap.first, first.time <= time else { return nil }
    heap.removeFirst()
    return first.offset
  }
}
