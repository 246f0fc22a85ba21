internal import Synchronization
package import VarveBase

/// A clock that moves when a test says so.
package final class ManualTime: TimeSource {
  private struct State {
    var wall: Timestamp
    var monotonicNanoseconds: UInt64 = 0
  }

  private let state: Mutex<State>

  /// The wall clock starts at 2024-01-01 00:00 UTC, the other at zero.
  package init(now: Timestamp = Timestamp(1_704_067_200_000)) {
    state = Mutex(State(wall: now))
  }

  package var now: Timestamp { state.withLock { $0.wall } }

  package var monotonicNanoseconds: UInt64 { state.withLock { $0.monotonicNanoseconds } }

  /// Lets time pass, on both clocks.
  package func advance(byMilliseconds milliseconds: Int64) {
    precondition(milliseconds >= 0, "time does not go back; setWallClock does")
    state.withLock { state in
      state.wall = Timestamp(state.wall.rawValue + milliseconds)
      state.monotonicNanoseconds += UInt64(milliseconds) * 1_000_000
    }
  }

  /// Sets the wall clock alone, back too, as an operator does.
  package func setWallClock(_ now: Timestamp) { state.withLock { $0.wall = now } }
}
