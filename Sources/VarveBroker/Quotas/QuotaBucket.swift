/// How much a client may still do before it has to wait: a bucket that fills at the rate of its
/// quota and holds what that allows in a second. Who takes more than is there owes it, and waits
/// until it is paid. A value; the time is given to it.
package struct QuotaBucket: Equatable, Sendable {
  private static let burstSeconds = 1.0

  private var limit: Double
  private var level: Double
  private var nanoseconds: UInt64

  /// A full bucket of `limit` a second.
  package init(limit: Double, at nanoseconds: UInt64) {
    self.limit = limit
    level = limit * Self.burstSeconds
    self.nanoseconds = nanoseconds
  }

  /// Takes `amount`, with the limit that holds now, and returns for how many milliseconds the
  /// client has to wait. What it does not wait for it owes all the same.
  package mutating func take(
    _ amount: Double, limit: Double, at now: UInt64
  ) -> Int64 {
    self.limit = limit
    level = level(at: now) - amount
    nanoseconds = max(nanoseconds, now)
    guard level < 0 else { return 0 }
    let milliseconds = (-level / limit * 1_000).rounded(.up)
    return Int64(exactly: milliseconds) ?? .max
  }

  /// Whether it is as full as a new one, and so need not be kept.
  package func isFull(at now: UInt64) -> Bool { level(at: now) >= limit * Self.burstSeconds }

  private func level(at now: UInt64) -> Double {
    guard now > nanoseconds else { return level }
    return min(limit * Self.burstSeconds, level + Double(now - nanoseconds) / 1e9 * limit)
  }
}
