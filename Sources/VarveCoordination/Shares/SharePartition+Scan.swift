internal import VarveBase

extension SharePartition {
  /// Takes in what lies in the log from `scanEnd` on. Returns records that are to go to the dead
  /// letters. A scan of something else, of one that was asked for twice say, changes nothing.
  mutating func take(_ scan: ShareScan, at now: Moment, into changes: inout ShareChanges)
    -> [DeadLetter]
  {
    guard scan.start == scanEnd, scan.end > scan.start else { return [] }
    var letters: [DeadLetter] = []
    var position = scan.start
    for item in scan.items {
      let offsets = item.offsets
      if offsets.lowerBound > position { skip(position...offsets.lowerBound - 1) }
      position = max(position, offsets.upperBound + 1)
      switch item {
      case .gone: skip(offsets)
      case .records: take(offsets, at: now, &letters)
      case .queued(let record): take(record, at: now, &changes, &letters)
      }
    }
    if position < scan.end { skip(position...scan.end - 1) }
    scanEnd = scan.end
    advance()
    return letters
  }

  private mutating func skip(_ offsets: ClosedRange<Int64>) {
    guard offsets.upperBound >= startOffset else { return }
    let gone = max(offsets.lowerBound, startOffset)...offsets.upperBound
    forgetHistories(of: gone)
    done.insert(gone)
  }

  /// Records as they come: all at once, but for those with a history.
  private mutating func take(
    _ offsets: ClosedRange<Int64>, at now: Moment, _ letters: inout [DeadLetter]
  ) {
    var first = max(offsets.lowerBound, startOffset)
    while first <= offsets.upperBound {
      first = done.firstMissing(from: first)
      guard first <= offsets.upperBound else { return }
      if histories.isEmpty, done.count == 0 {
        return ready.append(first...offsets.upperBound, priority: 0)
      }
      place(first, at: now, &letters)
      first += 1
    }
  }

  private mutating func take(
    _ record: QueuedRecord, at now: Moment, _ changes: inout ShareChanges,
    _ letters: inout [DeadLetter]
  ) {
    let offset = record.offset
    let isLeftOut = isCopy(record, &changes)
    guard offset >= startOffset, !done.contains(offset) else { return }
    if isLeftOut {
      counts.repeated += 1
      note(.repeated, offset)
      return end(offset)
    }
    if record.priority != 0 { priorities[offset] = record.priority }
    if let time = record.expiresAt { expiries[offset] = time }
    if record.isMalformed, settings.hasDeadLetters, histories[offset] == nil {
      return fail(offset, .header, deliveryCount: 0, &changes, &letters)
    }
    place(offset, notBefore: record.availableAt, at: now, &letters)
  }

  /// Whether a record is to be left out as a copy of another, which is noted.
  private mutating func isCopy(_ record: QueuedRecord, _ changes: inout ShareChanges) -> Bool {
    guard let digest = record.digest, let queue = settings.queue, queue.deduplicationWindow > 0
    else { return false }
    if copies[record.offset] != nil { return true }
    let first = recent.first(
      of: digest, at: record.timestamp, offset: record.offset, window: queue.deduplicationWindow,
      idsMax: queue.deduplicationIDsMax)
    counts.forgottenIDs = recent.forgottenCount
    guard let first else { return false }
    let copy = KnownCopies.Copy(offset: record.offset, first: first)
    copies.insert(copy)
    changes.append(copy)
    return true
  }

  /// Puts a record that the log brought where it belongs.
  private mutating func place(
    _ offset: Int64, notBefore time: Int64 = 0, at now: Moment, _ letters: inout [DeadLetter]
  ) {
    let history = histories[offset]
    if let failure = history?.failure {
      let letter = DeadLetter(
        offset: offset, failure: failure, deliveryCount: history?.deliveryCount ?? 0,
        isOld: true)
      failing[offset] = letter
      letters.append(letter)
      return
    }
    if history?.token != nil { return awaitEnd(ofParked: offset) }
    // Once it was out, what its header says is over, whatever the clock says now.
    let time = history?.availableAt ?? time
    if time > now.wallClock.rawValue {
      delayed.insert(offset, until: time)
    } else if history == nil {
      ready.append(offset...offset, priority: priority(of: offset))
    } else {
      ready.putBack(offset, priority: priority(of: offset))
    }
  }
}

extension ShareScan.Item {
  var offsets: ClosedRange<Int64> {
    switch self {
    case .gone(let offsets), .records(let offsets): offsets
    case .queued(let record): record.offset...record.offset
    }
  }
}
