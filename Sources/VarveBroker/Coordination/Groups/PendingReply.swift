internal import Synchronization
internal import VarveBase
internal import VarveCoordination

/// An answer that comes once, as an effect of another request than the one that waits for it.
final class PendingReply<Reply: Sendable>: Sendable {
  private typealias Answer = Result<Reply, CoordinatorError>

  private enum State {
    case open
    case waiting(CheckedContinuation<Answer, Never>)
    case answered(Answer)
  }

  private let state = Mutex(State.open)

  /// Suspends until the answer is there, or the task is cancelled.
  func wait() async throws(CoordinatorError) -> Reply {
    let answer = await withTaskCancellationHandler {
      await withCheckedContinuation { start($0) }
    } onCancel: {
      self.answer(
        .failure(
          CoordinatorError(.requestTimedOut, "the task that waited for the group was cancelled")))
    }
    return try answer.get()
  }

  /// The first answer counts.
  func answer(_ answer: Result<Reply, CoordinatorError>) {
    let waiting = state.withLock { state -> CheckedContinuation<Answer, Never>? in
      switch state {
      case .open:
        state = .answered(answer)
        return nil
      case .waiting(let continuation):
        state = .answered(answer)
        return continuation
      case .answered: return nil
      }
    }
    waiting?.resume(returning: answer)
  }

  private func start(_ continuation: CheckedContinuation<Answer, Never>) {
    let answer = state.withLock { state -> Answer? in
      if case .answered(let answer) = state { return answer }
      state = .waiting(continuation)
      return nil
    }
    if let answer { continuation.resume(returning: answer) }
  }
}
