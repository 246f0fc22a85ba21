/// Waits between attempts at what cannot say when it may succeed: longer each time.
struct Backoff {
  private var count = 0
  private let most: Int

  init(most: Int = 12) { self.most = most }

  /// Whether there is to be another attempt.
  mutating func next() -> Bool {
    count += 1
    return count < most
  }

  /// Waits, 2 ms to half a second and a random part of it, so that two that meet do not meet again.
  func pause() async throws(QueueError) {
    let milliseconds = min(500, 1 << min(count, 9))
    let spread = Int.random(in: 0...milliseconds)
    do {
      try await ContinuousClock().sleep(for: .milliseconds(milliseconds + spread))
    } catch { throw .cancelled("another attempt") }
  }
}
