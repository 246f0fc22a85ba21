import Synchronization

/// Counts, and lets one task wait for a number.
final class Counter: Sendable {
  private let count = Mutex(0)
  private let (arrivals, arrival) = AsyncStream.makeStream(of: Int.self)

  @discardableResult
  func add() -> Int {
    let count = count.withLock { count in
      count += 1
      return count
    }
    arrival.yield(count)
    return count
  }

  func reach(_ number: Int) async {
    for await count in arrivals where count >= number { return }
  }
}
