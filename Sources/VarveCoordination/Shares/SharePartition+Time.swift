internal import VarveBase

extension SharePartition {
  /// Gives back records whose locks are over, and makes those ready whose time has come. True where
  /// there are records to deliver that were not before.
  mutating func expire(
    at now: Moment, into changes: inout ShareChanges, _ letters: inout [DeadLetter]
  ) -> Bool {
    let before = ready.count
    while let (offset, lock) = locks.popDue(by: now.uptime) {
      counts.timedOut += 1
      note(.timedOut, offset, member: lock.member, deliveryCount: lock.deliveryCount)
      giveBack(offset, deliveryCount: lock.deliveryCount, delay: 0, at: now, &changes, &letters)
    }
    wakeDelayed(at: now)
    endParked(at: now, into: &changes, &letters)
    advance()
    return ready.count > before
  }

  mutating func wakeDelayed(at now: Moment) {
    while let offset = delayed.popDue(by: now.wallClock.rawValue) {
      guard offset >= startOffset, !done.contains(offset) else { continue }
      ready.putBack(offset, priority: priority(of: offset))
    }
  }
}
