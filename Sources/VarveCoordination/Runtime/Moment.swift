package import VarveBase

/// The time as coordinators are told it.
package struct Moment: Equatable, Sendable {
  /// The wall clock, which may jump: for what is stored, such as the time of a commit.
  package var wallClock: Timestamp
  /// Milliseconds since some fixed moment, which never go back: for timeouts.
  package var uptime: Int64

  package init(wallClock: Timestamp, uptime: Int64) {
    self.wallClock = wallClock
    self.uptime = uptime
  }

  package init(_ time: any TimeSource) {
    self.init(wallClock: time.now, uptime: Int64(time.monotonicNanoseconds / 1_000_000))
  }
}
