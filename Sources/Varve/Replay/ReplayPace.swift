/// How fast a replay goes.
public enum ReplayPace: Hashable, Sendable {
  /// As fast as the records are taken.
  case unlimited
  /// With the gaps that the records' timestamps have, divided by `speed`: 1 is as it was, 10 is ten
  /// times as fast. Records older than one before them come at once.
  case recorded(speed: Double)
}

/// When each record of a paced replay is due, by the time since the first. Decisions only.
struct ReplaySchedule {
  private let speed: Double
  private var first: Timestamp?
  private var newest: Timestamp?

  /// Throws `.invalidArgument` for a speed that is not a positive number.
  init?(_ pace: ReplayPace) throws(VarveError) {
    guard case .recorded(let speed) = pace else { return nil }
    guard speed > 0, speed.isFinite else {
      throw VarveError(
        .invalidArgument, "the speed of a replay must be a number above 0, not \(speed)")
    }
    self.speed = speed
  }

  /// Nanoseconds after the first record at which a record stamped `timestamp` is due.
  mutating func due(_ timestamp: Timestamp) -> UInt64 {
    let start = first ?? timestamp
    first = start
    let now = max(newest ?? timestamp, timestamp)
    newest = now
    let nanoseconds = Double(now.rawValue - start.rawValue) * 1_000_000 / speed
    return nanoseconds >= 0x1p63 ? 1 << 63 : UInt64(nanoseconds)
  }
}
