package import VarveBase

/// The two clocks of a simulation, as a value: the wall clock, which may jump, and milliseconds
/// since the start, which never go back. Code that asks a `TimeSource` takes a ``ManualTime``.
package struct VirtualClock: Sendable {
  private var wallAtStart: Int64
  /// Milliseconds since the start of the simulation.
  package private(set) var milliseconds: Int64 = 0

  /// The wall clock starts at 2024-01-01 00:00 UTC.
  package init(now: Timestamp = Timestamp(1_704_067_200_000)) { wallAtStart = now.rawValue }

  package var now: Timestamp { Timestamp(wallAtStart + milliseconds) }

  /// Lets time pass on both clocks, up to a moment that is not over.
  package mutating func advance(to moment: Int64) {
    precondition(moment >= milliseconds, "time does not go back; the wall clock jumps")
    milliseconds = moment
  }

  /// Moves the wall clock alone, back where negative, as an operator or NTP does.
  package mutating func jump(byMilliseconds distance: Int64) { wallAtStart += distance }
}
