/// The first messages of the ids of a while. Another one with such an id within the window of the
/// first is its copy; the window does not begin anew with it.
///
/// An id takes 64 to 130 bytes, however long it is. Where there are too many, the oldest are
/// forgotten, and counted.
struct RecentMessages: Sendable {
  private struct First: Sendable {
    let digest: UInt128
    let timestamp: Int64
    let offset: Int64
  }

  /// In the order of offsets; those at the beginning were let go of.
  private var firsts: [First] = []
  private var passed = 0
  /// How many were taken out of `firsts`.
  private var dropped = 0
  /// Which of all firsts is an id's last.
  private var numbers: [UInt128: Int] = [:]
  private var latest = Int64.min
  /// How many were forgotten before their window was over.
  private(set) var forgottenCount: Int64 = 0

  var count: Int { firsts.count - passed }

  /// The offset of the first message with an id, where it came less than `window` milliseconds
  /// before this one; else nil, and this is the first from now on.
  mutating func first(
    of digest: UInt128, at timestamp: Int64, offset: Int64, window: Int64, idsMax: Int
  ) -> Int64? {
    latest = max(latest, timestamp)
    // Twice the window, since times come in no strict order.
    while count > 0, firsts[passed].timestamp <= latest - 2 * window { pass() }
    if let number = numbers[digest] {
      let first = firsts[number - dropped]
      if timestamp - first.timestamp < window { return first.offset }
    }
    while count >= max(idsMax, 1) {
      if firsts[passed].timestamp > latest - window { forgottenCount += 1 }
      pass()
    }
    numbers[digest] = dropped + firsts.count
    firsts.append(First(digest: digest, timestamp: timestamp, offset: offset))
    return nil
  }

  /// Lets go of the oldest.
  private mutating func pass() {
    let first = firsts[passed]
    if numbers[first.digest] == dropped + passed { numbers[first.digest] = nil }
    passed += 1
    if passed > 1024, passed * 2 > firsts.count {
      firsts.removeFirst(passed)
      dropped += passed
      passed = 0
    }
  }
}
