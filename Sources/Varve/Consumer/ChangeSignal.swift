internal import Synchronization

/// Wakes a task that waits when something has changed: a count that only grows, so that a change
/// between looking and waiting is not missed.
final class ChangeSignal: Sendable {
  private struct State {
    var version = 0
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    var nextWaiter = 0
    var cancelled: Set<Int> = []
  }

  private let state = Mutex(State())

  var version: Int { state.withLock { $0.version } }

  func signal() {
    let waiting = state.withLock { state in
      state.version += 1
      defer { state.waiting = [:] }
      return state.waiting.values
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Returns once the version is past `version`, or the task is cancelled.
  func wait(after version: Int) async {
    let waiter = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.version > version || state.cancelled.remove(waiter) != nil { return true }
          state.waiting[waiter] = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
        if let waiting = state.waiting.removeValue(forKey: waiter) { return waiting }
        state.cancelled.insert(waiter)
        return nil
      }
      continuation?.resume()
    }
    state.withLock { _ = $0.cancelled.remove(waiter) }
  }

  /// As above, for so long at most.
  func wait(after version: Int, atMost duration: Duration) async {
    await withTaskGroup(of: Void.self) { tasks in
      tasks.addTask { await self.wait(after: version) }
      tasks.addTask {
        // Cancelled where the other was first.
        try? await ContinuousClock().sleep(for: duration)
      }
      await tasks.next()
      tasks.cancelAll()
    }
  }
}
