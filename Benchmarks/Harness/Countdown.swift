import Synchronization

/// Counts work that is done, and tells one task when there is none left.
final class Countdown: Sendable {
  private let left: Atomic<Int>
  private let (done, isDone) = AsyncStream.makeStream(of: Void.self)

  init(_ count: Int) { left = Atomic(count) }

  func step() {
    if left.subtract(1, ordering: .relaxed).newValue == 0 { isDone.finish() }
  }

  func wait() async {
    for await _ in done {}
  }
}
