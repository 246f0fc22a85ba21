internal import Synchronization
internal import Varve

/// The requests of a client that have no reply yet.
final class PendingReplies: Sendable {
  typealias Outcome = Result<Record, QueueError>

  private enum Slot {
    /// The request is being sent.
    case open
    case awaited(CheckedContinuation<Outcome, Never>)
    /// The outcome came before anybody waited for it.
    case decided(Outcome)
  }

  private struct State {
    var slots: [Int: Slot] = [:]
    var nextNumber = 0
    var lateCount = 0
    /// Why there will be no replies any more.
    var end: QueueError?
  }

  private let state = Mutex(State())

  /// Replies that nobody waited for any more.
  var lateCount: Int { state.withLock { $0.lateCount } }

  /// A place for another reply, under a number. Throws where none will come.
  func open() throws(QueueError) -> Int {
    let (number, end) = state.withLock { state in
      state.nextNumber += 1
      if state.end == nil { state.slots[state.nextNumber] = .open }
      return (state.nextNumber, state.end)
    }
    if let end { throw end }
    return number
  }

  /// Waits for the outcome of a number, and forgets that.
  func outcome(of number: Int) async -> Outcome {
    await withCheckedContinuation { continuation in
      let decided = state.withLock { state -> Outcome? in
        if case .decided(let outcome)? = state.slots[number] {
          state.slots[number] = nil
          return outcome
        }
        state.slots[number] = .awaited(continuation)
        return nil
      }
      if let decided { continuation.resume(returning: decided) }
    }
  }

  /// A reply has come.
  func arrive(_ reply: Record, for number: Int) {
    if !decide(number, .success(reply)) { state.withLock { $0.lateCount += 1 } }
  }

  /// Decides a number; false where it was, or is not waited for.
  @discardableResult
  func decide(_ number: Int, _ outcome: Outcome) -> Bool {
    let (isDecided, waiting) = state.withLock {
      state -> (Bool, CheckedContinuation<Outcome, Never>?) in
      switch state.slots[number] {
      case .open:
        state.slots[number] = .decided(outcome)
        return (true, nil)
      case .awaited(let continuation):
        state.slots[number] = nil
        return (true, continuation)
      case .decided, nil: return (false, nil)
      }
    }
    waiting?.resume(returning: outcome)
    return isDecided
  }

  /// Forgets a number whose request was not sent.
  func forget(_ number: Int) { state.withLock { $0.slots[number] = nil } }

  /// There will be no replies any more.
  func end(_ error: QueueError) {
    let numbers = state.withLock { state in
      state.end = state.end ?? error
      return Array(state.slots.keys)
    }
    for number in numbers { decide(number, .failure(error)) }
  }
}
