internal import Synchronization

/// Lets one task at a time in for each key; the others wait in the order in which they came.
final class KeyGate: Sendable {
  private struct Waiter {
    let number: Int
    let continuation: CheckedContinuation<Bool, Never>
  }

  private struct State {
    /// Those who wait, for each key that somebody is in for.
    var waiting: [String: [Waiter]] = [:]
    var nextNumber = 0
    var cancelled: Set<Int> = []
  }

  private let state = Mutex(State())

  /// Runs `body` while no other does for the key. Throws `.cancelled` where the task is, while it
  /// waits.
  func withKey<Result>(
    _ key: String, _ body: () async throws -> Result
  ) async throws -> Result {
    guard await enter(key) else { throw QueueError.cancelled("others with key '\(key)'") }
    defer { leave(key) }
    return try await body()
  }

  /// False where the task was cancelled meanwhile.
  private func enter(_ key: String) async -> Bool {
    let number = state.withLock { state in
      state.nextNumber += 1
      return state.nextNumber
    }
    defer { state.withLock { _ = $0.cancelled.remove(number) } }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer = state.withLock { state -> Bool? in
          if state.cancelled.contains(number) { return false }
          if state.waiting[key] == nil {
            state.waiting[key] = []
            return true
          }
          state.waiting[key]?.append(Waiter(number: number, continuation: continuation))
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let waiter = state.withLock { state -> Waiter? in
        guard let index = state.waiting[key]?.firstIndex(where: { $0.number == number }) else {
          state.cancelled.insert(number)
          return nil
        }
        return state.waiting[key]?.remove(at: index)
      }
      waiter?.continuation.resume(returning: false)
    }
  }

  private func leave(_ key: String) {
    let next = state.withLock { state -> Waiter? in
      guard let waiters = state.waiting[key], !waiters.isEmpty else {
        state.waiting[key] = nil
        return nil
      }
      return state.waiting[key]?.removeFirst()
    }
    next?.continuation.resume(returning: true)
  }
}
