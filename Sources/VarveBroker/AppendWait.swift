internal import Synchronization
internal import VarveBase
internal import VarveLog

/// A task's wait for a log to grow, which an append, the log's closing or a cancellation ends,
/// whichever comes first.
final class AppendWait: Sendable {
  private enum State {
    case idle
    case waiting(CheckedContinuation<Void, Never>)
    case over
  }

  private let log: PartitionLog
  private let state = Mutex(State.idle)
  private let token = Mutex<AppendWaiters.Token?>(nil)

  init(_ log: PartitionLog) { self.log = log }

  /// Resumes `continuation` once, now or later.
  func start(_ continuation: CheckedContinuation<Void, Never>, at offset: Offset) {
    let isOver = state.withLock { state in
      if case .over = state { return true }
      state = .waiting(continuation)
      return false
    }
    if isOver { return continuation.resume() }
    let registered = log.whenAppended(at: offset) { self.finish() }
    token.withLock { $0 = registered }
    // The cancellation may have come before the token was there to be taken back.
    let wasFinished = state.withLock { if case .over = $0 { true } else { false } }
    if wasFinished { log.waiters.cancel(registered) }
  }

  func cancel() {
    finish()
    if let token = token.withLock({ $0 }) { log.waiters.cancel(token) }
  }

  private func finish() {
    let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
      defer { state = .over }
      if case .waiting(let continuation) = state { return continuation }
      return nil
    }
    continuation?.resume()
  }
}
