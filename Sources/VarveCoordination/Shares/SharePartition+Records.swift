internal import VarveBase
internal import VarveProtocol

/// What is stored of a partition.
extension SharePartition {
  /// Ranges that are longer are of no log that there can be.
  private static let doneMax: Int64 = 1 << 36
  /// Of records that are not done with each is kept by itself: as many were never out at once.
  private static let availableMax: Int64 = 1 << 24
  /// No log has offsets from there on.
  private static let offsetMax: Int64 = 1 << 62

  /// Passes over claims that no log can bear out, which would overflow, or take hours to count.
  mutating func apply(_ batches: [ShareStateBatch]) {
    for batch in batches {
      if batch.copyOf >= 0 {
        copies.insert(
          KnownCopies.Copy(offset: batch.firstOffset.rawValue, first: batch.copyOf.rawValue))
      }
      let first = max(batch.firstOffset.rawValue, startOffset, 0)
      let last = batch.lastOffset.rawValue
      guard first <= last, last < Self.offsetMax, last - first < Self.doneMax else { continue }
      let offsets = first...last
      guard batch.deliveryState == ShareChanges.State.available.rawValue else {
        done.insert(offsets)
        forgetHistories(of: offsets)
        continue
      }
      guard last - first < Self.availableMax else { continue }
      let history = History(
        deliveryCount: batch.deliveryCount, availableAt: batch.availableAt,
        failure: ShareFailure(rawValue: batch.failure),
        token: batch.token.isEmpty ? nil : batch.token)
      for offset in offsets { remember(history, of: offset) }
    }
  }

  /// Brings in a change that was stored.
  mutating func replay(_ value: ShareUpdateValue) {
    let start = value.startOffset.rawValue
    if start > startOffset {
      startOffset = start
      done.removeAll(before: start)
      forgetHistories(before: start)
    }
    apply(value.stateBatches)
    advance()
    scanEnd = startOffset
    updatesSinceSnapshot += 1
  }

  mutating func replay(_ value: ShareSnapshotValue) {
    self = SharePartition(
      key, startOffset: value.startOffset.rawValue, stateEpoch: value.stateEpoch)
    snapshotEpoch = value.snapshotEpoch
    apply(value.stateBatches)
    advance()
    scanEnd = startOffset
  }

  // MARK: Making records

  /// How many updates there are before the next snapshot. A long one pays when there are as many.
  private var updatesMax: Int {
    max(500, histories.count + copies.count / 8 + Int(done.count) / 64)
  }

  /// The record of an operation's changes; or a snapshot, where one is due.
  mutating func records(of changes: ShareChanges, at now: Moment) -> [ShareStateRecord] {
    guard updatesSinceSnapshot < updatesMax else { return snapshot(at: now) }
    updatesSinceSnapshot += 1
    var value = ShareUpdateValue()
    value.snapshotEpoch = snapshotEpoch
    value.startOffset = Offset(startOffset)
    value.deliveryCompleteCount = Int32(clamping: completedCount)
    value.stateBatches = changes.changes
      .filter { $0.offsets.upperBound >= startOffset || $0.first != nil }
      .map { ShareStateBatch($0.offsets, $0.state, $0.history, copyOf: $0.first) }
    var name = ShareUpdateKey()
    (name.groupID, name.topicID, name.partition) = (key.group, key.topicID, key.partition)
    return [.update(name, value)]
  }

  /// The whole state.
  mutating func snapshot(at now: Moment) -> [ShareStateRecord] {
    // Wraps, as Kafka's does.
    snapshotEpoch &+= 1
    updatesSinceSnapshot = 0
    var value = ShareSnapshotValue()
    value.snapshotEpoch = snapshotEpoch
    value.stateEpoch = stateEpoch
    value.startOffset = Offset(startOffset)
    value.deliveryCompleteCount = Int32(clamping: completedCount)
    value.createTimestamp = now.wallClock.rawValue
    value.writeTimestamp = now.wallClock.rawValue
    value.stateBatches = done.ranges.map { ShareStateBatch($0, .acknowledged) }
    for (offset, history) in histories.sorted(by: { $0.key < $1.key }) {
      value.stateBatches.append(ShareStateBatch(offset...offset, .available, history))
    }
    value.stateBatches += copies.all.map {
      ShareStateBatch($0.offset...$0.offset, .archived, copyOf: $0.first)
    }
    return [.snapshot(ShareSnapshotKey(key), value)]
  }
}

extension ShareStateBatch {
  fileprivate init(
    _ offsets: ClosedRange<Int64>, _ state: ShareChanges.State,
    _ history: SharePartition.History = SharePartition.History(deliveryCount: 0),
    copyOf first: Int64? = nil
  ) {
    self.init()
    firstOffset = Offset(offsets.lowerBound)
    lastOffset = Offset(offsets.upperBound)
    deliveryState = state.rawValue
    deliveryCount = history.deliveryCount
    availableAt = history.availableAt
    failure = history.failure?.rawValue ?? 0
    token = history.token ?? ""
    copyOf = Offset(first ?? -1)
  }
}

extension ShareSnapshotKey {
  init(_ key: SharePartitionKey) {
    self.init()
    groupID = key.group
    topicID = key.topicID
    partition = key.partition
  }
}
