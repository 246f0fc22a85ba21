internal import Dispatch
internal import Synchronization
package import VarveBase
internal import VarveCoordination

/// Wakes coordinators at their deadlines: one queue for all of them, which has a thread only while
/// something is due.
package final class CoordinatorTimer: Sendable {
  private let time: any TimeSource
  private let queue = DispatchQueue(label: "varve.coordinators")
  private let state: Mutex<State>

  private struct State {
    var deadlines = DeadlineQueue<TopicPartition>()
    var handlers: [TopicPartition: @Sendable () -> Void] = [:]
    var isRunning: Bool
    /// The uptime of the next wake-up that was ordered.
    var wake: Int64?
  }

  /// Unless it `runs` by itself, whoever owns it calls `runDue`.
  package init(_ time: any TimeSource, runs: Bool) {
    self.time = time
    state = Mutex(State(isRunning: runs))
  }

  /// Says what is done when a partition's coordinator is due.
  package func register(_ id: TopicPartition, _ handler: @escaping @Sendable () -> Void) {
    state.withLock { $0.handlers[id] = handler }
  }

  package func set(_ id: TopicPartition, at uptime: Int64) {
    state.withLock { $0.deadlines.set(id, at: uptime) }
    order()
  }

  /// Wakes all that are due by the clock, on this thread, until none is.
  package func runDue() {
    while let handler = nextDue() { handler() }
  }

  /// Returns once a coordinator that was woken is done; none is woken afterwards.
  package func stop() {
    state.withLock { state in
      state.isRunning = false
      state.handlers = [:]
    }
    queue.sync {}
  }

  private func nextDue() -> (@Sendable () -> Void)? {
    state.withLock { state in
      while let id = state.deadlines.popDue(by: Moment(time).uptime) {
        if let handler = state.handlers[id] { return handler }
      }
      return nil
    }
  }

  /// Orders a wake-up for the earliest deadline, unless one comes no later.
  private func order() {
    let wake = state.withLock { state -> Int64? in
      guard state.isRunning, let next = state.deadlines.next, next < state.wake ?? Int64.max
      else { return nil }
      state.wake = next
      return next
    }
    guard let wake else { return }
    let pause = max(0, wake - Moment(time).uptime)
    // One more, since the part of a millisecond that `Moment` leaves out may be left to wait.
    queue.asyncAfter(deadline: .now() + .milliseconds(Int(pause) + 1)) { [weak self] in
      self?.woken(wake)
    }
  }

  private func woken(_ wake: Int64) {
    let isRunning = state.withLock { state in
      if state.wake == wake { state.wake = nil }
      return state.isRunning
    }
    guard isRunning else { return }
    runDue()
    order()
  }
}
