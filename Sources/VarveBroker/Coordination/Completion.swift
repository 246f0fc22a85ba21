internal import Synchronization

/// Something that happens once, and that any number of tasks wait for.
final class Completion: Sendable {
  private enum State {
    case pending([CheckedContinuation<Void, Never>])
    case done
  }

  private let state = Mutex(State.pending([]))

  /// Lets those go on that wait, and all that will.
  func complete() {
    let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      defer { state = .done }
      if case .pending(let waiting) = state { return waiting }
      return []
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Suspends until `complete` was called.
  func wait() async {
    await withCheckedContinuation { continuation in
      let isDone = state.withLock { state in
        guard case .pending(let waiting) = state else { return true }
        state = .pending(waiting + [continuation])
        return false
      }
      if isDone { continuation.resume() }
    }
  }
}
