internal import Synchronization
package import VarveBase

extension PartitionLog {
  /// What a sync that starts now will make durable.
  package struct FlushPoint: Sendable {
    package let offset: Offset
    /// What is not durable yet; nil unless all of it is in a segment in use whose name is.
    let tail: Tail?
    /// Where the segment in use ends.
    fileprivate let position: Int
    fileprivate let active: any File
    fileprivate let closed: [UnsyncedSegment]
    /// Whether files were made whose names are not durable yet.
    fileprivate let hasNewFiles: Bool

    /// The batches from an offset on.
    struct Tail: Sendable {
      let firstOffset: Offset
      let batches: ByteSlice
    }
  }

  /// Nil where all of the log's files are on the disk for good. Throws after a failed sync.
  package func flushPoint() throws(LogError) -> FlushPoint? {
    try state.withLock { state throws(LogError) in
      if let failure = state.failure { throw failure }
      let end = state.writer.nextOffset
      guard state.recoveryPoint < end || !state.unsynced.isEmpty else { return nil }
      return FlushPoint(
        offset: end, tail: state.tail, position: state.writer.end.end, active: state.writer.file,
        closed: state.unsynced, hasNewFiles: state.hasNewFiles)
    }
  }

  /// Makes everything appended before the call durable.
  package func flush() throws(LogError) {
    // An error is told to one of two who sync a file at once.
    try syncing.withLock { _ throws(LogError) in try flushAlone() }
  }

  private func flushAlone() throws(LogError) {
    guard let point = try flushPoint() else { return }
    do {
      for segment in point.closed {
        try segment.file.sync()
        try segment.indexes.sync()
      }
      try point.active.sync()
      if point.hasNewFiles { try fileSystem.syncDirectory(directory) }
    } catch { throw fail(error) }
    try flushed(point)
  }

  /// Records that all up to `point` was synced, by `flush` or by one sync of many logs. Throws
  /// where another sync of the log has failed.
  package func flushed(_ point: FlushPoint) throws(LogError) {
    try state.withLock { state throws(LogError) in
      if let failure = state.failure { throw failure }
      // What the writer had open is not needed any more; readers open what they ask for. Not of a
      // segment that another sync has counted: its files may have other names by now.
      for done in state.unsynced
      where point.closed.contains(where: { $0.segment === done.segment }) {
        done.segment.closeFiles()
      }
      state.unsynced.removeAll { done in point.closed.contains { $0.segment === done.segment } }
      guard point.offset > state.recoveryPoint else { return }
      state.recoveryPoint = point.offset
      advanceDurable(to: point, &state)
    }
  }

  /// Records that the commit journal has all up to `point`, which the log's files may not have.
  func committed(_ point: FlushPoint) {
    state.withLock { state in
      if !state.hasFailed { advanceDurable(to: point, &state) }
    }
  }

  private func advanceDurable(to point: FlushPoint, _ state: inout State) {
    guard point.offset > state.durable.offset else { return }
    state.durable = DurableEnd(offset: point.offset, position: point.position)
    state.lastFlush = time.now
    publish(state)
  }

  /// Takes the log out of use: after a failed sync the kernel may have dropped the pages that it
  /// could not write and report success the next time, so nothing may be promised any more until
  /// the log is opened again and its files are checked.
  @discardableResult
  package func fail(_ cause: any Error) -> LogError {
    let failure = syncFailure(cause)
    state.withLock { $0.failure = failure }
    return failure
  }

  private func syncFailure(_ cause: any Error) -> LogError {
    LogError(
      .io,
      """
      a sync failed, so what was appended to \(partition) since the last one may be lost. Close \
      the log and open it again to have it checked
      """, partition: partition, file: directory, cause: cause)
  }

  /// Whether `flush.messages`, `flush.ms` or the interval of the durability asks for a sync.
  package var isFlushDue: Bool {
    let now = time.now
    return state.withLock { state in
      let pending = state.writer.nextOffset - state.durable.offset
      guard pending > 0, state.failure == nil else { return false }
      let configuration = state.configuration
      let age = now.rawValue - state.lastFlush.rawValue
      return pending >= configuration.flushMessages || age >= configuration.flushMilliseconds
        || configuration.durability == .interval && age >= configuration.flushIntervalMilliseconds
    }
  }

  /// Closes the log in order: everything synced, files cut to their ends, the producers' state
  /// written. What was appended is then found without a recovery, if the caller writes the
  /// clean-shutdown marker. A closed log refuses appends; readers inside go on.
  package func close() throws(LogError) {
    // A replacement of segments that is under way comes to its end first.
    try closedFiles.withLock { _ throws(LogError) in
      try syncing.withLock { _ throws(LogError) in
        try state.withLock { state throws(LogError) in try close(&state) }
      }
    }
    waiters.wakeAll()
  }

  private func close(_ state: inout State) throws(LogError) {
    if state.isClosed { return }
    if let failure = state.failure { throw failure }
    try state.writer.close()
    try ProducerSnapshot.write(
      state.producers,
      to: SegmentFiles(directory: directory, baseOffset: state.writer.nextOffset)
        .producerSnapshot, on: fileSystem)
    do {
      for segment in state.unsynced {
        try segment.file.sync()
        try segment.indexes.sync()
      }
      try state.writer.file.sync()
      try state.writer.indexes.sync()
      try fileSystem.syncDirectory(directory)
    } catch {
      state.failure = syncFailure(error)
      throw syncFailure(error)
    }
    state.unsynced = []
    state.recoveryPoint = state.writer.nextOffset
    state.durable = DurableEnd(state.writer)
    state.isClosed = true
    publish(state)
  }

  /// Takes the log out of use without a word to the disk: its directory is about to be removed.
  package func abandon() {
    state.withLock { state in
      state.isClosed = true
      publish(state)
    }
    waiters.wakeAll()
  }
}

/// Up to where a log is on the disk for good, in its files or in the commit journal.
struct DurableEnd {
  var offset: Offset
  /// In the segment that was in use then.
  var position: Int

  init(offset: Offset, position: Int) {
    self.offset = offset
    self.position = position
  }

  /// All that was appended.
  init(_ writer: borrowing SegmentWriter) {
    self.init(offset: writer.nextOffset, position: writer.end.end)
  }
}

extension PartitionLog.State {
  /// Whether files were made whose names are not durable yet.
  fileprivate var hasNewFiles: Bool { recoveryPoint <= writer.segment.baseOffset }

  /// Without new files no closed segment waits for a sync either, and the durable end is one of
  /// the segment in use.
  fileprivate var tail: PartitionLog.FlushPoint.Tail? {
    guard !hasNewFiles else { return nil }
    return PartitionLog.FlushPoint.Tail(
      firstOffset: durable.offset, batches: writer.batches(from: durable.position))
  }
}
