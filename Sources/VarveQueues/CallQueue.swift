internal import Synchronization

/// Calls that are worked off together, one lot at a time: what arrives while one is worked off is
/// the next one, so that many callers share a transaction.
final class CallQueue<Call: Sendable>: Sendable {
  private struct State {
    var waiting: [Call] = []
    var isRunning = false
  }

  private let state = Mutex(State())
  private let perform: @Sendable ([Call]) async -> Void

  init(_ perform: @escaping @Sendable ([Call]) async -> Void) { self.perform = perform }

  func add(_ call: Call) {
    let isFirst = state.withLock { state in
      state.waiting.append(call)
      defer { state.isRunning = true }
      return !state.isRunning
    }
    // A task of its own: the work is everybody's, and goes on where the first caller is cancelled.
    if isFirst { Task { await run() } }
  }

  private func run() async {
    while let calls = next() { await perform(calls) }
  }

  private func next() -> [Call]? {
    state.withLock { state in
      if state.waiting.isEmpty {
        state.isRunning = false
        return nil
      }
      defer { state.waiting = [] }
      return state.waiting
    }
  }
}
