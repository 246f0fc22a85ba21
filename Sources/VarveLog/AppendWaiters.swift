package import VarveBase
internal import Synchronization

/// Those who wait for a log to grow: long polls, consumers at the end. Each is called once.
///
/// An append with nobody waiting costs a load. Whoever registers asks for the end under the lock
/// that appends hold while they publish it. So either the append came first, and its end is seen;
/// or the registration did, and the append sees that somebody waits. No fence is needed for that,
/// which would cost a small append as much as its copy.
package final class AppendWaiters: Sendable {
  /// Names a registration, to take it back.
  package struct Token: Hashable, Sendable {
    fileprivate let number: UInt64
  }

  private struct Waiter {
    let token: Token
    let offset: Offset
    let wake: @Sendable () -> Void
  }

  private struct State {
    var waiters: [Waiter] = []
    var registered: UInt64 = 0
  }

  private let state = Mutex(State())
  private let count = Atomic(0)

  init() {}

  /// Calls `wake` once the log has a record at `offset`: on the appending thread, or right away
  /// where `end` says that it has one already.
  ///
  /// `end` takes the log's lock, after the registration, so that no append in between is missed.
  func register(
    at offset: Offset, end: () -> Offset, wake: @escaping @Sendable () -> Void
  ) -> Token {
    let token = state.withLock { state in
      state.registered += 1
      let token = Token(number: state.registered)
      state.waiters.append(Waiter(token: token, offset: offset, wake: wake))
      count.store(state.waiters.count, ordering: .relaxed)
      return token
    }
    if offset < end(), cancel(token) { wake() }
    return token
  }

  /// Takes a registration back. False where it was called, or is about to be.
  @discardableResult
  package func cancel(_ token: Token) -> Bool {
    state.withLock { state in
      guard let index = state.waiters.firstIndex(where: { $0.token == token }) else { return false }
      state.waiters.remove(at: index)
      count.store(state.waiters.count, ordering: .relaxed)
      return true
    }
  }

  /// Calls those who wait for an offset before `end`, which was published before, under the log's
  /// lock.
  @inline(__always)
  func wake(end: Offset) {
    if count.load(ordering: .relaxed) > 0 { wakeDue(end: end) }
  }

  @inline(never)
  private func wakeDue(end: Offset) {
    let due = state.withLock { state in
      let due = state.waiters.filter { $0.offset < end }
      state.waiters.removeAll { $0.offset < end }
      count.store(state.waiters.count, ordering: .relaxed)
      return due
    }
    for waiter in due { waiter.wake() }
  }

  /// Calls everybody: the log was closed.
  func wakeAll() { wake(end: Offset(Int64.max)) }
}

extension PartitionLog {
  /// Calls `wake` once, as soon as the log has a record at `offset` or is closed.
  package func whenAppended(
    at offset: Offset, _ wake: @escaping @Sendable () -> Void
  ) -> AppendWaiters.Token {
    waiters.register(at: offset, end: { state.withLock { $0.writer.nextOffset } }, wake: wake)
  }
}
