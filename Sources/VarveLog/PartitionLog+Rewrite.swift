internal import Synchronization
internal import VarveBase

extension PartitionLog {
  /// The right to be the only one that rewrites closed segments of this log, for as long as the
  /// lease is held; nil while another has it. Throws where the log can't be written.
  func leaseRewriting() throws(LogError) -> RewriteLease? {
    try state.withLock { state throws(LogError) in try state.checkWritable(partition) }
    let isFree = closedFiles.withLock { closed in
      defer { closed.isRewriting = true }
      return !closed.isRewriting
    }
    return isFree ? RewriteLease(self) : nil
  }

  /// Runs `body` under a lease; nil, and nothing is done, while another has it.
  func rewriting<Result>(
    _ body: () throws(LogError) -> Result
  ) throws(LogError) -> Result? {
    guard let lease = try leaseRewriting() else { return nil }
    defer { withExtendedLifetime(lease) {} }
    do {
      return try body()
    } catch {
      discardRewrite()
      throw error
    }
  }

  /// Starts the files of a segment that is to take the place of one or more that start at `base`.
  func startRewrite(at base: Offset) throws(LogError) -> CleanedSegmentWriter {
    try state.withLock { state throws(LogError) in try state.checkWritable(partition) }
    do {
      try SegmentReplacement(in: directory, on: fileSystem).discardAttempt()
    } catch { throw LogError(error) }
    return try CleanedSegmentWriter(
      baseOffset: base, in: directory, on: fileSystem, configuration: configuration)
  }

  /// Removes the files of a rewrite that is not wanted after all. What stays is removed by the
  /// next attempt or the next start.
  func discardRewrite() {
    // Past its commit the new segment counts, and only a start may touch its files; those of a
    // closed log are another's.
    guard state.withLock({ $0.failure == nil && !$0.isClosed }) else { return }
    try? SegmentReplacement(in: directory, on: fileSystem).discardAttempt()
  }

  /// Puts a finished rewrite in the place of adjacent closed segments. Readers inside those go on
  /// with what they see; whoever comes later sees the new one. False, and nothing happens, where
  /// one of the old ones was removed meanwhile.
  ///
  /// After a failure past the point of no return the log can't be written until it is opened
  /// again, which finishes the work.
  func replace(_ old: [Segment], with new: SegmentEnd) throws(LogError) -> Bool {
    try closedFiles.withLock { closed throws(LogError) in
      guard let first = old.first, let last = old.last, state.withLock({ $0.canReplace(old) })
      else { return false }
      for segment in old { try segment.openViews() }
      let base = first.baseOffset
      let replacement = SegmentReplacement(in: directory, on: fileSystem)
      do throws(FileError) { try replacement.commit(base) } catch { throw LogError(error) }
      do throws(FileError) {
        try replacement.complete(base, replacing: old.map(\.baseOffset))
      } catch { throw failReplacement(of: base, error) }
      let rewritten = Segment(
        SegmentFiles(directory: directory, baseOffset: base), on: fileSystem, end: new.end,
        nextOffset: last.nextOffset, isClosed: true, newestTimestamp: new.newest.timestamp)
      state.withLock { $0.put(rewritten, inPlaceOf: old) }
      let now = time.now
      closed.removed += old.map { RemovedSegment(files: $0.files, removedAt: now) }
      return true
    }
  }

  private func failReplacement(of base: Offset, _ cause: any Error) -> LogError {
    let failure = LogError(
      .io,
      """
      putting a rewritten segment in its place failed half-way. Nothing is lost: close the log and \
      open it again to have it finished
      """, partition: partition, file: directory, offset: base, cause: cause)
    state.withLock { $0.failure = failure }
    return failure
  }
}

/// Held by the one that rewrites closed segments of a log.
final class RewriteLease: Sendable {
  private let log: PartitionLog

  fileprivate init(_ log: PartitionLog) { self.log = log }

  deinit { log.closedFiles.withLock { $0.isRewriting = false } }
}

extension PartitionLog.State {
  /// Whether these are segments of the log one after the other, closed and on the disk for good.
  fileprivate func canReplace(_ old: [Segment]) -> Bool {
    guard failure == nil, !isClosed, let first = old.first, let last = old.last,
      last.nextOffset <= recoveryPoint,
      let start = segments.firstIndex(where: { $0 === first }),
      segments.count - start > old.count
    else { return false }
    return zip(segments[start...], old).allSatisfy { $0 === $1 && $0.isClosed }
      && !unsynced.contains { entry in old.contains { $0 === entry.segment } }
  }

  fileprivate mutating func put(_ new: Segment, inPlaceOf old: [Segment]) {
    guard let start = segments.firstIndex(where: { $0 === old[0] }) else { return }
    segments.replaceSubrange(start..<start + old.count, with: [new])
  }
}

/// The last batches of the producers that a log knows: they say which sequence number comes next,
/// so they outlive their records.
struct LastOfProducers {
  fileprivate var dataOffsets: [Int64: Offset] = [:]
  /// Of producers without data in their current epoch.
  fileprivate var markerEpochs: [Int64: Int16] = [:]

  func isLast(_ header: RecordBatchHeader) -> Bool {
    guard header.hasProducerID else { return false }
    if let offset = dataOffsets[header.producerID] { return header.lastOffset == offset }
    return header.attributes.isControl && markerEpochs[header.producerID] == header.producerEpoch
  }
}

extension PartitionLog {
  var lastOffsetsOfProducers: LastOfProducers {
    state.withLock { state in
      var last = LastOfProducers()
      for (id, producer) in state.producers.producers {
        if let batch = producer.batches.last {
          last.dataOffsets[id] = batch.lastOffset
        } else {
          last.markerEpochs[id] = producer.epoch
        }
      }
      return last
    }
  }
}

extension PartitionLog {
  /// The last offsets of the batches by which producers' repetitions are recognised.
  var rememberedBatches: Set<Offset> {
    state.withLock { state in
      Set(state.producers.producers.values.flatMap { $0.batches.map(\.lastOffset) })
    }
  }
}

extension Segment {
  /// A batch's bytes, checked: what is damaged must not get a new checksum.
  func checkedBytes(of batch: BatchLocation) throws(LogError) -> ByteSlice {
    let bytes = try log().slice(batch.position..<batch.end)
    do {
      try RecordBatch.verifyChecksum(bytes.bytes, header: batch.header)
    } catch { throw LogError(error, in: files.log, at: batch.position) }
    return bytes
  }
}
