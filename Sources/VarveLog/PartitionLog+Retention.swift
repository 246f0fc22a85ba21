internal import Synchronization
package import VarveBase

/// Old records go in two steps. `applyRetention` or `deleteRecords` moves the log start, from when
/// nobody reads what is before it. Once the start is in the log-start checkpoint, on the disk for
/// good, `removeSegments(before:)` removes files: in this order a start after a crash can tell
/// removed segments from lost ones.
extension PartitionLog {
  /// Moves the log start to `offset`: what is before it can't be read any more. An offset before
  /// the start changes nothing (DeleteRecords). Throws `.offsetOutOfRange` past the end.
  package func deleteRecords(before offset: Offset) throws(LogError) {
    try state.withLock { state throws(LogError) in
      try state.checkWritable(partition)
      guard offset <= state.writer.nextOffset else {
        throw LogError(
          .offsetOutOfRange,
          "can't delete up to \(offset): the log of \(partition) ends at \(state.writer.nextOffset)"
        )
      }
      moveStart(to: offset, &state)
    }
  }

  /// Moves the log start past the closed segments that the topic's retention does not keep any
  /// more. Returns the log start.
  ///
  /// The segment in use is closed first where all that it holds is too old.
  @discardableResult
  package func applyRetention() throws(LogError) -> Offset {
    let now = time.now
    try state.withLock { state throws(LogError) in try state.checkWritable(partition) }
    if let boundary = try retentionBoundary(now: now) {
      state.withLock { moveStart(to: boundary, &$0) }
    }
    return startOffset
  }

  /// Removes the segments that lie whole before `start`, a log start that has been made durable,
  /// oldest first and at most `limit` of them; and unlinks the files of those removed before, after
  /// `file.delete.delay.ms`. Returns the number of segments removed: where it is `limit`, there may
  /// be more.
  ///
  /// Appends wait for none of the work on files.
  @discardableResult
  package func removeSegments(
    before start: Offset, limit: Int = 64
  ) throws(LogError) -> Int {
    try state.withLock { state throws(LogError) in try state.checkWritable(partition) }
    return try closedFiles.withLock { closed throws(LogError) in
      try unlinkRemoved(&closed)
      return try removePassed(&closed, before: min(start, startOffset), limit: limit)
    }
  }

  private func moveStart(to offset: Offset, _ state: inout State) {
    guard offset > state.logStartOffset else { return }
    state.logStartOffset = offset
    state.leaderEpochs.truncateFromStart(to: offset)
    publish(state)
  }
}

// MARK: - What to keep

extension PartitionLog {
  /// The first offset that retention keeps; nil where it keeps everything.
  private func retentionBoundary(now: Timestamp) throws(LogError) -> Offset? {
    let (segments, configuration) = state.withLock { ($0.segments, $0.configuration) }
    guard configuration.cleanupPolicy.contains(.delete) else { return nil }
    let expired = max(
      try Self.countOverAge(segments, configuration, now: now),
      Self.countOverSize(segments, configuration))
    if expired < segments.count { return segments[expired].baseOffset }
    return try state.withLock { state throws(LogError) in try rollExpired(&state, now: now) }
  }

  /// Closes the segment in use, of which every record is too old, unless one has come since.
  /// Returns the offset after it.
  private func rollExpired(_ state: inout State, now: Timestamp) throws(LogError) -> Offset? {
    let count = try Self.countOverAge(state.segments, state.configuration, now: now)
    guard count == state.segments.count else { return state.segments[count].baseOffset }
    try roll(&state)
    return state.writer.nextOffset
  }

  private static func countOverAge(
    _ segments: [Segment], _ configuration: LogConfiguration, now: Timestamp
  ) throws(LogError) -> Int {
    let limit = configuration.retentionMilliseconds
    guard limit >= 0 else { return 0 }
    var count = 0
    for segment in segments {
      // A segment whose records have no timestamps has no age, and is kept.
      let newest = try segment.newestTimestamp()
      let isEmptied = segment.isClosed && segment.end == 0
      guard isEmptied || newest >= 0 && now.rawValue - newest.rawValue > limit else { break }
      count += 1
    }
    return count
  }

  private static func countOverSize(
    _ segments: [Segment], _ configuration: LogConfiguration
  ) -> Int {
    let limit = Int(clamping: configuration.retentionBytes)
    guard limit >= 0 else { return 0 }
    var surplus = segments.reduce(0) { $0 + $1.end } - limit
    var count = 0
    for segment in segments.dropLast() {
      guard surplus >= segment.end else { break }
      surplus -= segment.end
      count += 1
    }
    return count
  }
}

// MARK: - Files

extension PartitionLog {
  /// Takes segments out of use, one after the other, so that a crash leaves a log without a hole.
  private func removePassed(
    _ closed: inout ClosedFiles, before start: Offset, limit: Int
  ) throws(LogError) -> Int {
    var count = 0
    while count < limit, let segment = state.withLock({ $0.takeFirst(before: start) }) {
      do { try retire(segment.files, of: segment) } catch {
        state.withLock { $0.segments.insert(segment, at: 0) }
        throw error
      }
      closed.removed.append(RemovedSegment(files: segment.files, removedAt: time.now))
      count += 1
    }
    return count
  }

  /// Gives a segment's files the `.deleted` suffix, so that a start after a crash removes them.
  /// Readers inside keep what they see.
  private func retire(_ files: SegmentFiles, of segment: Segment) throws(LogError) {
    // One that can't be opened has no readers to care for.
    try? segment.openViews()
    do {
      for kind in SegmentFileName.Kind.allCases
      where try fileSystem.kind(of: files.path(kind)) != nil {
        try fileSystem.rename(files.path(kind), to: files.path(kind, .deleted))
      }
      try fileSystem.syncDirectory(directory)
    } catch { throw LogError(error) }
  }

  private func unlinkRemoved(_ closed: inout ClosedFiles) throws(LogError) {
    let now = time.now
    let delay = configuration.fileDeleteDelayMilliseconds
    while let first = closed.removed.first, now.rawValue - first.removedAt.rawValue >= delay {
      do {
        for kind in SegmentFileName.Kind.allCases
        where try fileSystem.kind(of: first.files.path(kind, .deleted)) != nil {
          try fileSystem.remove(first.files.path(kind, .deleted))
        }
      } catch { throw LogError(error) }
      closed.removed.removeFirst()
    }
  }
}

extension PartitionLog.State {
  /// Takes the oldest segment out of the list, if it is closed and lies whole before `start`.
  fileprivate mutating func takeFirst(before start: Offset) -> Segment? {
    guard segments.count > 1, let first = segments.first, first.nextOffset <= start else {
      return nil
    }
    segments.removeFirst()
    unsynced.removeAll { $0.segment === first }
    return first
  }
}
