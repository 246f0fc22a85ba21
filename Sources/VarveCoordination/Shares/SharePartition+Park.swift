internal import VarveBase

/// Parking keeps a record from delivery until somebody wakes what is parked under its token.
///
/// It is no failure, and the delivery in which it is done counts as none: the record comes with the
/// count that it had. Parked records take no room among those that may be out, and their
/// time-to-live goes on.
extension SharePartition {
  /// The bytes of UTF-8 that a token may have.
  package static let tokenBytesMax = 249

  /// Throws `INVALID_REQUEST` for a token that is empty or too long.
  package static func check(token: String) throws(CoordinatorError) {
    guard !token.isEmpty, token.utf8.count <= tokenBytesMax else {
      throw CoordinatorError(
        .invalidRequest,
        "a token has 1 to \(tokenBytesMax) bytes, not \(token.utf8.count)")
    }
  }

  mutating func park(
    _ offset: Int64, under token: String, deliveryCount: Int16, _ changes: inout ShareChanges
  ) {
    let history = History(deliveryCount: deliveryCount, token: token)
    remember(history, of: offset)
    changes.append(offset, .available, history)
    awaitEnd(ofParked: offset)
  }

  /// Makes the records available that are parked under a token. Returns how many there were.
  mutating func unpark(
    _ token: String, at now: Moment, into changes: inout ShareChanges,
    _ letters: inout [DeadLetter]
  ) -> Int {
    endParked(at: now, into: &changes, &letters)
    let offsets = parked.offsets(of: token)
    for offset in offsets {
      note(.unparked, offset, text: token)
      let history = History(deliveryCount: histories[offset]?.deliveryCount ?? 0)
      remember(history, of: offset)
      changes.append(offset, .available, history)
      // The others are found when the log is looked at.
      if offset < scanEnd { ready.putBack(offset, priority: priority(of: offset)) }
    }
    if parkedEnds.count > 2 * parked.count + 64 { cleanParkedEnds() }
    return offsets.count
  }

  mutating func awaitEnd(ofParked offset: Int64) {
    if let time = expiries[offset] { parkedEnds.insert(offset, until: time) }
  }

  /// Leaves out the ends of records that were woken.
  private mutating func cleanParkedEnds() {
    parkedEnds = DelayedRecords()
    for (offset, history) in histories where history.token != nil { awaitEnd(ofParked: offset) }
  }

  /// Gives up parked records whose time-to-live is over.
  mutating func endParked(
    at now: Moment, into changes: inout ShareChanges, _ letters: inout [DeadLetter]
  ) {
    while let offset = parkedEnds.popDue(by: now.wallClock.rawValue) {
      // Woken meanwhile.
      guard let history = histories[offset], history.token != nil else { continue }
      counts.expired += 1
      fail(offset, .expired, deliveryCount: history.deliveryCount, &changes, &letters)
    }
  }
}
