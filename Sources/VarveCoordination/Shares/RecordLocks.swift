/// The records that consumers have, and until when.
struct RecordLocks: Sendable {
  struct Lock: Sendable {
    let member: String
    /// Uptime, in milliseconds.
    var until: Int64
    /// This delivery included.
    let deliveryCount: Int16
  }

  private struct Due: Comparable, Sendable {
    let uptime: Int64
    let offset: Int64

    static func < (left: Due, right: Due) -> Bool {
      (left.uptime, left.offset) < (right.uptime, right.offset)
    }
  }

  private var locks: [Int64: Lock] = [:]
  /// Those of locks that ended or were renewed stay for a while.
  private var due = BinaryHeap<Due>()

  var count: Int { locks.count }
  var entryCount: Int { locks.count + due.count }

  /// When the next lock may be over, in milliseconds of uptime.
  var nextDeadline: Int64? { due.first?.uptime }

  subscript(_ offset: Int64) -> Lock? { locks[offset] }

  mutating func lock(_ offset: Int64, _ lock: Lock) {
    locks[offset] = lock
    due.insert(Due(uptime: lock.until, offset: offset))
  }

  mutating func renew(_ offset: Int64, until: Int64) {
    guard var lock = locks[offset] else { return }
    lock.until = until
    self.lock(offset, lock)
  }

  @discardableResult
  mutating func unlock(_ offset: Int64) -> Lock? {
    let lock = locks.removeValue(forKey: offset)
    if due.count > 2 * locks.count + 64 { clean() }
    return lock
  }

  /// Leaves out the times of locks that ended or were renewed: one that is held for long must not
  /// keep those of all others.
  private mutating func clean() {
    due = BinaryHeap()
    for (offset, lock) in locks { due.insert(Due(uptime: lock.until, offset: offset)) }
  }

  /// The records of a consumer, in the order of offsets.
  func offsets(of member: String) -> [Int64] {
    locks.filter { $0.value.member == member }.keys.sorted()
  }

  /// Offsets before `start`, in order.
  func offsets(before start: Int64) -> [Int64] { locks.keys.filter { $0 < start }.sorted() }

  /// Ends the next lock that is over, and returns it.
  mutating func popDue(by uptime: Int64) -> (offset: Int64, lock: Lock)? {
    while let first = due.first, first.uptime <= uptime {
      due.removeFirst()
      guard let lock = locks[first.offset], lock.until == first.uptime else { continue }
      locks[first.offset] = nil
      return (first.offset, lock)
    }
    return nil
  }
}
