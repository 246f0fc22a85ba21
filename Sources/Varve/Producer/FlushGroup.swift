internal import Synchronization

/// Counts batches down to none, for one task that waits.
final class FlushGroup: Sendable {
  private struct State {
    /// Batches that are not done, and one for the task that still collects them.
    var count = 1
    var continuation: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  func enter() { state.withLock { $0.count += 1 } }

  func leave() {
    let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
      state.count -= 1
      return state.count == 0 ? state.continuation : nil
    }
    continuation?.resume()
  }

  /// Suspends until every batch that entered has left.
  func wait() async {
    await withCheckedContinuation { continuation in
      state.withLock { $0.continuation = continuation }
      leave()
    }
  }
}
