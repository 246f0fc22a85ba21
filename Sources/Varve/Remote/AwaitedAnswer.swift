internal import Dispatch
internal import Synchronization

/// An answer that a thread waits for, which another thread brings.
final class AwaitedAnswer<Answer: Sendable>: Sendable {
  private let answer = Mutex<Answer?>(nil)
  private let isThere = DispatchSemaphore(value: 0)

  /// To be called once.
  func give(_ answer: Answer) {
    self.answer.withLock { $0 = answer }
    isThere.signal()
  }

  /// Blocks the thread until the answer is there.
  func take() -> Answer {
    while true {
      isThere.wait()
      if let answer = answer.withLock({ $0 }) { return answer }
    }
  }
}
