internal import Synchronization
package import VarveBase

/// Why the log's start moved.
package enum RetentionReason: String, Sendable {
  case time = "older than retention.ms"
  case size = "over retention.bytes"
  case trimmed = "before the log start offset"
}

extension PartitionLog {
  /// Moves the log start to `offset`: what is before it can't be read any more, and segments that
  /// lie before it whole are removed. An offset before the start changes nothing (DeleteRecords).
  ///
  /// Throws `.offsetOutOfRange` past the end. The new start is durable once the caller has written
  /// the log-start checkpoint.
  package func deleteRecords(before offset: Offset) throws(LogError) {
    try state.withLock { state throws(LogError) in
      try state.checkWritable(partition)
      guard offset <= state.writer.nextOffset else {
        throw LogError(
          .offsetOutOfRange,
          "can't delete up to \(offset): the log of \(partition) ends at \(state.writer.nextOffset)"
        )
      }
      try moveStart(to: offset, &state)
    }
  }

  /// Removes the closed segments that the topic's retention does not keep any more, and unlinks
  /// the files of those removed before. Returns the number of segments removed.
  @discardableResult
  package func applyRetention() throws(LogError) -> Int {
    let now = time.now
    return try state.withLock { state throws(LogError) in
      try state.checkWritable(partition)
      try unlinkRemoved(&state, now: now)
      guard state.configuration.cleanupPolicy.contains(.delete) else { return 0 }
      let before = state.segments.count
      if let boundary = try retentionBoundary(&state, now: now) {
        try moveStart(to: boundary, &state)
      }
      return before - state.segments.count
    }
  }

  /// The first offset that retention keeps; nil where it keeps everything.
  private func retentionBoundary(
    _ state: inout State, now: Timestamp
  ) throws(LogError) -> Offset? {
    var expired = try countOverAge(state, now: now)
    expired = max(expired, countOverSize(state))
    guard expired > 0 else { return nil }
    if expired == state.segments.count {
      guard state.writer.end.end > 0 else { return nil }
      try roll(&state)
    }
    return state.segments[expired].baseOffset
  }

  private func countOverAge(_ state: borrowing State, now: Timestamp) throws(LogError) -> Int {
    let limit = state.configuration.retentionMilliseconds
    guard limit >= 0 else { return 0 }
    var count = 0
    for segment in state.segments {
      let newest = try newestTimestamp(of: segment, state)
      // A segment without timestamps counts from when its file was made; it has no other age.
      guard newest >= 0, now.rawValue - newest.rawValue > limit else { break }
      count += 1
    }
    return count
  }

  private func countOverSize(_ state: borrowing State) -> Int {
    let limit = Int(clamping: state.configuration.retentionBytes)
    guard limit >= 0 else { return 0 }
    var surplus = state.segments.reduce(0) { $0 + $1.end } - limit
    var count = 0
    for segment in state.segments.dropLast() {
      guard surplus >= segment.end else { break }
      surplus -= segment.end
      count += 1
    }
    return count
  }

  private func newestTimestamp(
    of segment: Segment, _ state: borrowing State
  ) throws(LogError) -> Timestamp {
    segment === state.writer.segment
      ? state.writer.end.newest.timestamp : try segment.newestTimestamp()
  }

  private func moveStart(to offset: Offset, _ state: inout State) throws(LogError) {
    guard offset > state.logStartOffset else { return }
    state.logStartOffset = offset
    state.leaderEpochs.truncateFromStart(to: offset)
    publish(state)
    let passed = state.segments.dropLast().prefix { $0.nextOffset <= offset }
    for segment in passed { try remove(segment, &state) }
  }

  /// Takes a segment out of use. Readers inside keep their mapping; the files get the `.deleted`
  /// suffix, so that a start after a crash removes them.
  func remove(_ segment: Segment, _ state: inout State) throws(LogError) {
    state.segments.removeAll { $0 === segment }
    state.unsynced.removeAll { $0.segment === segment }
    do {
      for kind in SegmentFileName.Kind.allCases
      where try fileSystem.kind(of: segment.files.path(kind)) != nil {
        try fileSystem.rename(segment.files.path(kind), to: segment.files.path(kind, .deleted))
      }
    } catch { throw LogError(error) }
    state.removed.append(RemovedSegment(files: segment.files, removedAt: time.now))
  }

  private func unlinkRemoved(_ state: inout State, now: Timestamp) throws(LogError) {
    let delay = state.configuration.fileDeleteDelayMilliseconds
    while let first = state.removed.first, now.rawValue - first.removedAt.rawValue >= delay {
      do {
        for kind in SegmentFileName.Kind.allCases
        where try fileSystem.kind(of: first.files.path(kind, .deleted)) != nil {
          try fileSystem.remove(first.files.path(kind, .deleted))
        }
      } catch { throw LogError(error) }
      state.removed.removeFirst()
    }
  }
}
