internal import VarveBase
package import VarveProtocol

/// The share groups' partitions whose state is in one partition of `__share_group_state` (KIP-932).
package struct ShareCoordinator: Sendable {
  package private(set) var partitions: [SharePartitionKey: SharePartition] = [:]
  private var deadlines = DeadlineQueue<SharePartitionKey>()

  package init() {}

  /// Begins to deliver a partition to a group. Changes nothing where it has begun.
  package mutating func begin(
    _ key: SharePartitionKey, from startOffset: Int64, at now: Moment
  ) -> ShareDecision<Void> {
    guard partitions[key] == nil else { return ShareDecision() }
    return set(key, to: startOffset, at: now)
  }

  /// Has the group begin at `startOffset`, whatever it has done.
  package mutating func set(
    _ key: SharePartitionKey, to startOffset: Int64, at now: Moment
  ) -> ShareDecision<Void> {
    let known = partitions[key]
    var partition = SharePartition(
      key, startOffset: startOffset, stateEpoch: known.map { $0.stateEpoch &+ 1 } ?? 0)
    partition.snapshotEpoch = known?.snapshotEpoch ?? 0
    let records = partition.snapshot(at: now)
    keep(partition, at: now)
    return ShareDecision(records: records, effects: [.available(key)])
  }

  /// Forgets what a group has of a partition.
  package mutating func forget(_ key: SharePartitionKey) -> ShareDecision<Void> {
    guard partitions.removeValue(forKey: key) != nil else { return ShareDecision() }
    deadlines.set(key, at: nil)
    return ShareDecision(records: [.snapshot(ShareSnapshotKey(key), nil)])
  }

  // MARK: Delivering

  /// Gives a consumer up to `limit` records. `log` is what can be read of it.
  package mutating func acquire(
    _ key: SharePartitionKey, for member: String, limit: Int, log: Range<Int64>,
    _ settings: ShareSettings, at now: Moment
  ) -> ShareDecision<Acquisition> {
    guard partitions[key] != nil else { return ShareDecision(.unknown) }
    return change(key, settings, at: now) { partition, changes, letters in
      if let recall = partition.neededRecall { return recall }
      return partition.acquire(
        member, limit: limit, log: log, at: now, into: &changes, &letters)
    }
  }

  /// Has the log looked at from an offset on for message ids.
  package mutating func recall(_ key: SharePartitionKey, from offset: Int64) {
    partitions[key]?.recall(from: offset)
  }

  /// Takes in what lies in the log.
  package mutating func take(
    _ scan: ShareScan, of key: SharePartitionKey, _ settings: ShareSettings, at now: Moment
  ) -> ShareDecision<Void> {
    guard partitions[key] != nil else { return ShareDecision() }
    return change(key, settings, at: now) { partition, changes, letters in
      letters += partition.take(scan, at: now, into: &changes)
    }
  }

  /// Throws `INVALID_RECORD_STATE` where the consumer has not all of the records.
  package mutating func acknowledge(
    _ acknowledgements: [Acknowledgement], of key: SharePartitionKey, by member: String,
    _ settings: ShareSettings, at now: Moment
  ) throws(CoordinatorError) -> ShareDecision<Void> {
    guard partitions[key] != nil else {
      throw CoordinatorError(
        .invalidRecordState, "the group has had no records of \(key) to acknowledge")
    }
    return try change(key, settings, at: now) {
      (partition, changes, letters) throws(CoordinatorError) in
      try partition.acknowledge(
        acknowledgements, by: member, at: now, into: &changes, &letters)
    }
  }

  /// Gives back what a consumer has of a partition.
  package mutating func release(
    _ key: SharePartitionKey, of member: String, _ settings: ShareSettings, at now: Moment
  ) -> ShareDecision<Void> {
    guard partitions[key] != nil else { return ShareDecision() }
    return change(key, settings, at: now) { partition, changes, letters in
      partition.releaseAll(of: member, at: now, into: &changes, &letters)
    }
  }

  /// Takes records back that a consumer was given and has not heard of, as if it had not.
  package mutating func cancel(
    _ offsets: [ClosedRange<Int64>], of key: SharePartitionKey, by member: String, at now: Moment
  ) -> ShareDecision<Void> {
    guard let settings = partitions[key]?.settings else { return ShareDecision() }
    return change(key, settings, at: now) { partition, _, _ in
      for offsets in offsets { partition.cancel(offsets, by: member) }
    }
  }

  /// Records were copied to the dead letters.
  package mutating func deadLettered(
    _ offsets: [Int64], of key: SharePartitionKey, at now: Moment
  ) -> ShareDecision<Void> {
    guard let settings = partitions[key]?.settings else { return ShareDecision() }
    return change(key, settings, at: now) { partition, changes, _ in
      partition.deadLettered(offsets, into: &changes)
    }
  }

  /// The whole state, so that what was stored before can go.
  package mutating func snapshotAll(at now: Moment) -> ShareDecision<Void> {
    var decision = ShareDecision<Void>()
    for key in partitions.keys.sorted() {
      decision.records += partitions[key]?.snapshot(at: now) ?? []
    }
    return decision
  }

  // MARK: Changes

  mutating func change<Reply: Sendable, Failure: Error>(
    _ key: SharePartitionKey, _ settings: ShareSettings, at now: Moment,
    _ body: (inout SharePartition, inout ShareChanges, inout [DeadLetter]) throws(Failure) -> Reply
  ) throws(Failure) -> ShareDecision<Reply> {
    // Taken out, so that what is changed is not copied.
    guard var partition = partitions.removeValue(forKey: key) else {
      preconditionFailure("looked for before")
    }
    defer { keep(partition, at: now) }
    partition.settings = settings
    let wasFull = partition.isFull
    let readyBefore = partition.readyCount
    var (changes, letters) = (ShareChanges(), [DeadLetter]())
    let reply = try body(&partition, &changes, &letters)
    var decision = ShareDecision(reply)
    // A start that moved over gaps alone is found again.
    if !changes.isEmpty { decision.records = partition.records(of: changes, at: now) }
    if !partition.events.isEmpty {
      decision.effects.append(.trace(key, partition.events))
      partition.events = []
    }
    if !letters.isEmpty { decision.effects.append(.copy(key, letters)) }
    if partition.readyCount > readyBefore || wasFull && !partition.isFull {
      decision.effects.append(.available(key))
    }
    return decision
  }

  private mutating func keep(_ partition: SharePartition, at now: Moment) {
    partitions[partition.key] = partition
    deadlines.set(partition.key, at: partition.nextDeadline(at: now))
  }
}

extension SharePartition {
  fileprivate var isFull: Bool { lockedCount + failingCount >= settings.recordLocksMax }
}

extension ShareCoordinator: Coordinator {
  package typealias Record = ShareStateRecord
  package typealias Effect = ShareEffect

  package mutating func replay(_ record: ShareStateRecord, producerID: Int64?) {
    switch record {
    case .snapshot(let name, let value):
      let key = SharePartitionKey(
        group: name.groupID, topicID: name.topicID, partition: name.partition)
      guard let value else {
        partitions[key] = nil
        return
      }
      var partition = SharePartition(key, startOffset: value.startOffset.rawValue)
      partition.replay(value)
      partitions[key] = partition
    case .update(let name, let value):
      let key = SharePartitionKey(
        group: name.groupID, topicID: name.topicID, partition: name.partition)
      guard let value else { return }
      var partition =
        partitions.removeValue(forKey: key)
        ?? SharePartition(key, startOffset: max(value.startOffset.rawValue, 0))
      partition.replay(value)
      partitions[key] = partition
    }
  }

  /// Nothing here is written in transactions.
  package mutating func replayMarker(producerID: Int64, commits: Bool) {}

  package mutating func loaded(at now: Moment) -> ShareDecision<Void> {
    deadlines = DeadlineQueue()
    return ShareDecision(effects: partitions.keys.sorted().map { .available($0) })
  }

  package var nextDeadline: Int64? { deadlines.next }

  package mutating func expire(at now: Moment) -> ShareDecision<Void> {
    var decision = ShareDecision<Void>()
    // Partitions have nothing to do with each other.
    decision.isAtomic = false
    while let key = deadlines.popDue(by: now.uptime) {
      guard let settings = partitions[key]?.settings else { continue }
      let due = change(key, settings, at: now) { partition, changes, letters in
        partition.expire(at: now, into: &changes, &letters)
      }
      decision.records += due.records
      decision.effects += due.effects
    }
    return decision
  }
}
