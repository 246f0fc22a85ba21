internal import VarveBase

extension SharePartition {
  /// How many records one request may find to be over.
  private static let droppedMax = 10_000

  /// Gives a consumer up to `limit` records, of one priority, in the order of offsets.
  ///
  /// `logEnd` is up to where the log can be read, `logStart` where it starts now. Where nothing is
  /// known that could be delivered, or a higher priority may lie ahead, the log has to be looked at
  /// first.
  mutating func acquire(
    _ member: String, limit: Int, log: Range<Int64>, at now: Moment,
    into changes: inout ShareChanges, _ letters: inout [DeadLetter]
  ) -> Acquisition {
    trim(to: log.lowerBound)
    wakeDelayed(at: now)
    endParked(at: now, into: &changes, &letters)
    if mustScan(upTo: log.upperBound) { return .scan(from: scanEnd) }
    // Dead letters that cannot be copied count, so that not all of the log waits for it.
    let room = min(limit, settings.recordLocksMax - locks.count - failing.count)
    guard room > 0, let priority = ready.nextPriority(weighted: isWeighted) else {
      return .records([])
    }
    var acquired: [AcquiredRecords] = []
    var left = room
    var dropped = 0
    while left > 0, dropped < Self.droppedMax, let offset = ready.popFirst(priority: priority) {
      guard isDeliverable(offset, at: now, &changes, &letters) else {
        dropped += 1
        if failing.count + locks.count >= settings.recordLocksMax { break }
        continue
      }
      append(lock(offset, for: member, at: now), at: offset, to: &acquired)
      left -= 1
    }
    advance()
    return acquired.isEmpty && dropped > 0 ? .again : .records(acquired)
  }

  private var isWeighted: Bool { settings.queue?.weighsPriorities ?? false }

  private func mustScan(upTo end: Int64) -> Bool {
    guard scanEnd < end else { return false }
    if ready.isEmpty { return true }
    guard let queue = settings.queue else { return false }
    return ready.count < queue.lookaheadMax
  }

  private mutating func isDeliverable(
    _ offset: Int64, at now: Moment, _ changes: inout ShareChanges, _ letters: inout [DeadLetter]
  ) -> Bool {
    // Trimmed meanwhile.
    guard offset >= startOffset, !done.contains(offset) else { return false }
    guard isExpired(offset, at: now) else { return true }
    counts.expired += 1
    fail(
      offset, .expired, deliveryCount: histories[offset]?.deliveryCount ?? 0, &changes, &letters)
    return false
  }

  func isExpired(_ offset: Int64, at now: Moment) -> Bool {
    guard let time = expiries[offset] else { return false }
    return time <= now.wallClock.rawValue
  }

  /// Returns how often the record was delivered, this time included.
  private mutating func lock(_ offset: Int64, for member: String, at now: Moment) -> Int16 {
    let before = histories[offset]?.deliveryCount ?? 0
    let count = before == .max ? before : before + 1
    locks.lock(
      offset,
      RecordLocks.Lock(
        member: member, until: now.uptime + settings.lockDuration, deliveryCount: count))
    note(.delivered, offset, member: member, deliveryCount: count)
    counts.delivered += 1
    if before > 0 { counts.redelivered += 1 }
    return count
  }

  private func append(
    _ deliveryCount: Int16, at offset: Int64, to acquired: inout [AcquiredRecords]
  ) {
    if let last = acquired.last, last.offsets.upperBound + 1 == offset,
      last.deliveryCount == deliveryCount
    {
      acquired[acquired.count - 1].offsets = last.offsets.lowerBound...offset
    } else {
      acquired.append(AcquiredRecords(offset...offset, deliveryCount: deliveryCount))
    }
  }

  /// Takes back what a consumer was given, without counting it as a delivery.
  mutating func cancel(_ offsets: ClosedRange<Int64>, by member: String) {
    for offset in offsets where locks[offset]?.member == member {
      guard let lock = locks.unlock(offset) else { continue }
      note(.withdrawn, offset, member: member, deliveryCount: lock.deliveryCount)
      counts.delivered -= 1
      if lock.deliveryCount > 1 { counts.redelivered -= 1 }
      ready.putBack(offset, priority: priority(of: offset))
    }
  }

  /// Forgets what the log has removed.
  mutating func trim(to logStart: Int64) {
    guard logStart > startOffset else { return }
    for offset in locks.offsets(before: logStart) { locks.unlock(offset) }
    forgetHistories(before: logStart)
    failing = failing.filter { $0.key >= logStart }
    priorities = priorities.filter { $0.key >= logStart }
    expiries = expiries.filter { $0.key >= logStart }
    startOffset = logStart
    done.removeAll(before: logStart)
    if scanEnd < logStart { scanEnd = logStart }
    advance()
  }
}
