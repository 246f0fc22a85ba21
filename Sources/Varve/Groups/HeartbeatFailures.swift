/// Heartbeats in a row that failed in a way that a repetition may mend. Times are milliseconds of a
/// clock that does not go back.
struct HeartbeatFailures: Sendable {
  private static let shortestPause: Int64 = 50
  private static let longestPause: Int64 = 1_000
  /// How long a coordinator may give no answer before the program hears of it: what Kafka's
  /// clients wait by default (default.api.timeout.ms).
  private static let patience: Int64 = 60_000

  private var count: Int64 = 0
  /// When the first of them came.
  private var since: Int64 = 0

  /// Counts another one, and returns when to try again; nil where that went on for too long.
  mutating func next(at now: Int64) -> Int64? {
    if count == 0 { since = now }
    guard now - since < Self.patience else { return nil }
    count += 1
    return now + min(Self.shortestPause << min(count - 1, 5), Self.longestPause)
  }

  /// There was an answer.
  mutating func end() { count = 0 }
}
