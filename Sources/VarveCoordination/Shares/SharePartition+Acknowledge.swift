internal import VarveBase

extension SharePartition {
  /// Takes what a consumer says of its records. Throws `INVALID_RECORD_STATE` where it has not all
  /// of them, their locks being over say, and then nothing has changed; `INVALID_REQUEST` where it
  /// does not make sense.
  mutating func acknowledge(
    _ acknowledgements: [Acknowledgement], by member: String, at now: Moment,
    into changes: inout ShareChanges, _ letters: inout [DeadLetter]
  ) throws(CoordinatorError) {
    for acknowledgement in acknowledgements { try check(acknowledgement, by: member, at: now) }
    for acknowledgement in acknowledgements {
      for (index, offset) in acknowledgement.offsets.enumerated() {
        // Said twice in one request: the first counts.
        guard let lock = locks[offset] else { continue }
        let type = acknowledgement.types[acknowledgement.types.count == 1 ? 0 : index]
        apply(type, to: offset, lock, acknowledgement, at: now, &changes, &letters)
      }
    }
    advance()
  }

  private func check(
    _ acknowledgement: Acknowledgement, by member: String, at now: Moment
  ) throws(CoordinatorError) {
    let offsets = acknowledgement.offsets
    if let token = acknowledgement.token { try Self.check(token: token) }
    let count = offsets.upperBound.subtractingReportingOverflow(offsets.lowerBound)
    // More than it has: no need to look at each.
    guard !count.overflow, count.partialValue < Int64(locks.count) else {
      throw notHeld(offsets.lowerBound, member)
    }
    guard acknowledgement.types.count == 1 || acknowledgement.types.count == offsets.count else {
      throw CoordinatorError(
        .invalidRequest,
        "\(acknowledgement.types.count) acknowledge types for \(offsets.count) offsets of \(key)")
    }
    for offset in offsets {
      guard let lock = locks[offset], lock.member == member, lock.until > now.uptime else {
        throw notHeld(offset, member)
      }
    }
  }

  private func notHeld(_ offset: Int64, _ member: String) -> CoordinatorError {
    CoordinatorError(
      .invalidRecordState,
      "member '\(member)' does not have the record at offset \(offset) of \(key): its lock is "
        + "over, or it never had it")
  }

  private mutating func apply(
    _ type: AcknowledgeType, to offset: Int64, _ lock: RecordLocks.Lock,
    _ acknowledgement: Acknowledgement, at now: Moment, _ changes: inout ShareChanges,
    _ letters: inout [DeadLetter]
  ) {
    let (event, text) = acknowledgement.event(as: type)
    note(event, offset, member: lock.member, deliveryCount: lock.deliveryCount, text: text)
    if type == .renew {
      return locks.renew(offset, until: now.uptime + settings.lockDuration)
    }
    locks.unlock(offset)
    switch type {
    case .renew: break
    case .gap: finish(offset, .archived, &changes)
    case .accept:
      counts.accepted += 1
      finish(offset, .acknowledged, &changes)
    case .reject:
      counts.rejected += 1
      fail(
        offset, .rejected, deliveryCount: lock.deliveryCount, reason: acknowledgement.reason,
        &changes, &letters)
    case .release:
      if let token = acknowledgement.token {
        return park(offset, under: token, deliveryCount: lock.deliveryCount - 1, &changes)
      }
      counts.released += 1
      let delay =
        acknowledgement.retryDelay ?? settings.queue?.backoff.delay(after: lock.deliveryCount) ?? 0
      giveBack(
        offset, deliveryCount: lock.deliveryCount, delay: delay, at: now, &changes, &letters)
    }
  }

  /// Gives back all that a consumer has: it has left.
  mutating func releaseAll(
    of member: String, at now: Moment, into changes: inout ShareChanges,
    _ letters: inout [DeadLetter]
  ) {
    for offset in locks.offsets(of: member) {
      guard let lock = locks.unlock(offset) else { continue }
      counts.released += 1
      note(.released, offset, member: member, deliveryCount: lock.deliveryCount)
      giveBack(offset, deliveryCount: lock.deliveryCount, delay: 0, at: now, &changes, &letters)
    }
  }

  /// Makes a record available again, unless it was delivered as often as it may be.
  mutating func giveBack(
    _ offset: Int64, deliveryCount: Int16, delay: Int64, at now: Moment,
    _ changes: inout ShareChanges, _ letters: inout [DeadLetter]
  ) {
    if deliveryCount >= settings.deliveriesMax {
      return fail(offset, .attempts, deliveryCount: deliveryCount, &changes, &letters)
    }
    let wallClock = now.wallClock.rawValue
    let (time, overflows) = delay > 0 ? wallClock.addingReportingOverflow(delay) : (0, false)
    let history = History(
      deliveryCount: deliveryCount, availableAt: overflows ? .max : time)
    remember(history, of: offset)
    changes.append(offset, .available, history)
    if history.availableAt > wallClock {
      note(.delayed, offset, until: history.availableAt)
      delayed.insert(offset, until: history.availableAt)
    } else {
      ready.putBack(offset, priority: priority(of: offset))
    }
  }

  // MARK: Ends

  /// Is done with a record that is in none of the other places any more.
  mutating func finish(
    _ offset: Int64, _ state: ShareChanges.State, _ changes: inout ShareChanges
  ) {
    end(offset)
    changes.append(offset, state)
  }

  /// The same, where it is noted already.
  mutating func end(_ offset: Int64) {
    done.insert(offset)
    forget(offset)
  }

  /// Does not deliver a record again. With dead letters, it is done with once it is there.
  mutating func fail(
    _ offset: Int64, _ failure: ShareFailure, deliveryCount: Int16, reason: String? = nil,
    _ changes: inout ShareChanges, _ letters: inout [DeadLetter]
  ) {
    if failure != .rejected {
      note(.givenUp, offset, deliveryCount: deliveryCount, text: failure.reason)
    }
    guard settings.hasDeadLetters else { return finish(offset, .archived, &changes) }
    let history = History(deliveryCount: deliveryCount, failure: failure)
    remember(history, of: offset)
    changes.append(offset, .available, history)
    let letter = DeadLetter(
      offset: offset, failure: failure, deliveryCount: deliveryCount, reason: reason)
    failing[offset] = letter
    letters.append(letter)
  }

  /// Records were copied to the dead letters.
  mutating func deadLettered(_ offsets: [Int64], into changes: inout ShareChanges) {
    for offset in offsets.sorted() where failing.removeValue(forKey: offset) != nil {
      counts.deadLettered += 1
      finish(offset, .archived, &changes)
    }
    advance()
  }

  private mutating func forget(_ offset: Int64) {
    if !histories.isEmpty { remember(nil, of: offset) }
    if !priorities.isEmpty { priorities[offset] = nil }
    if !expiries.isEmpty { expiries[offset] = nil }
  }

  /// Moves the start offset past what is done with.
  mutating func advance() {
    let start = done.firstMissing(from: startOffset)
    guard start > startOffset else { return }
    startOffset = start
    done.removeAll(before: start)
  }
}

extension Acknowledgement {
  /// What it does with a record, and what is said of that.
  fileprivate func event(as type: AcknowledgeType) -> (ShareEvent.Kind, text: String) {
    switch type {
    case .reject: (.rejected, reason ?? "")
    case .release: token.map { (.parked, $0) } ?? (.released, "")
    default: (type.event, "")
    }
  }
}

extension AcknowledgeType {
  fileprivate var event: ShareEvent.Kind {
    switch self {
    case .gap: .missing
    case .accept: .accepted
    case .release: .released
    case .reject: .rejected
    case .renew: .renewed
    }
  }
}
