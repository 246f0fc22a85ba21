/// The ids of the messages of a while, by what the log says of them: the same messages are found to
/// be repeated however often the log is looked at.
struct RecentMessages: Sendable {
  private struct Seen: Sendable {
    let digest: UInt128
    let timestamp: Int64
  }

  private var lasts: [UInt128: Int64] = [:]
  private var order: [Seen] = []
  private var forgotten = 0
  private var latest = Int64.min

  /// Notes a message. True where one of the same id came within `window` milliseconds before it,
  /// whether that was delivered or not: so what the window holds is all that has to be known.
  mutating func isRepeated(_ digest: UInt128, at timestamp: Int64, window: Int64) -> Bool {
    latest = max(latest, timestamp)
    // Twice the window, since times come in no strict order.
    forget(before: latest - 2 * window)
    let last = lasts[digest]
    if last.map({ $0 < timestamp }) ?? true {
      lasts[digest] = timestamp
      order.append(Seen(digest: digest, timestamp: timestamp))
    }
    return last.map { timestamp - $0 < window } ?? false
  }

  private mutating func forget(before time: Int64) {
    while forgotten < order.count, order[forgotten].timestamp <= time {
      let seen = order[forgotten]
      if lasts[seen.digest] == seen.timestamp { lasts[seen.digest] = nil }
      forgotten += 1
    }
    if forgotten > 1024, forgotten * 2 > order.count {
      order.removeFirst(forgotten)
      forgotten = 0
    }
  }
}
