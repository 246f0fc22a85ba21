internal import Synchronization
package import VarveBase

/// Where a batch was appended.
package struct AppendResult: Sendable, Equatable {
  package var firstOffset: Offset
  package var lastOffset: Offset
  /// Set on topics that stamp records themselves.
  package var logAppendTime: Timestamp?
  package var logStartOffset: Offset
  /// The producer sent this batch before and it was appended then, at these offsets (KIP-98).
  package var isDuplicate = false
  /// Whether the topic's durability, or `flush.messages`, asks for a sync before this is done.
  package var mustSync: Bool
}

extension PartitionLog {
  /// Appends one record batch.
  ///
  /// The batch gets its base offset, the leader epoch and, where the topic says so, its time; all
  /// else is stored as it is. Visible to readers when this returns; on the disk for good according
  /// to the topic's durability, see `Flusher`.
  ///
  /// Throws `.batchTooLarge`, `.outOfOrderSequence`, `.invalidProducerEpoch`, `.invalidRecord`, or
  /// what the disk said. After an error the log is as it was before.
  @discardableResult
  package func append(_ batch: RawSpan) throws(LogError) -> AppendResult {
    var header = try judged(batch)
    let result = try state.withLock { state throws(LogError) in
      try append(batch, &header, to: &state)
    }
    if !result.isDuplicate { waiters.wake(end: result.lastOffset + 1) }
    return result
  }

  @inline(__always)
  private func judged(_ batch: RawSpan) throws(LogError) -> RecordBatchHeader {
    let header: RecordBatchHeader
    do { header = try RecordBatch.inlinedCheckedHeader(batch) } catch {
      throw LogError(error, for: partition)
    }
    guard header.sizeInBytes == batch.byteCount else {
      throw mismatch(header.sizeInBytes, in: batch.byteCount)
    }
    return header
  }

  @inline(never)
  private func mismatch(_ sizeInBytes: Int, in byteCount: Int) -> LogError {
    LogError(
      .invalidRecord,
      "a batch of \(sizeInBytes) bytes came in \(byteCount) bytes for \(partition)")
  }

  @inline(__always)
  private func append(
    _ batch: RawSpan, _ header: inout RecordBatchHeader, to state: inout State
  ) throws(LogError) -> AppendResult {
    try state.checkWritable(partition)
    try checkSize(batch.byteCount, state)
    if let earlier = try duplicate(of: header, batch, state) { return earlier }
    assign(to: &header, batch, state)
    if state.mustRoll(for: header) { try roll(&state) }
    try state.writer.reserve(batch.byteCount)
    if header.attributes.isControl {
      try appendControl(batch, header, to: &state)
    } else {
      state.writer.append(batch, header)
      state.producers.apply(header)
    }
    publishEnds(state)
    return AppendResult(
      firstOffset: header.baseOffset, lastOffset: header.lastOffset,
      logAppendTime: header.attributes.timestampType == .logAppend ? header.maxTimestamp : nil,
      logStartOffset: state.logStartOffset, mustSync: state.mustSync)
  }

  /// A marker that aborts has an entry in the transaction index, which can fail where the append
  /// itself can't any more: it comes first, so that after an error nothing has happened.
  private func appendControl(
    _ batch: RawSpan, _ header: RecordBatchHeader, to state: inout State
  ) throws(LogError) {
    let marker = try TransactionMarker(header, batch)
    if let aborted = marker.flatMap({ state.producers.aborted(by: $0) }) {
      try state.writer.indexes.transactions.append(aborted)
    }
    state.writer.append(batch, header)
    if let marker { _ = state.producers.apply(marker) }
    state.producers.advance(to: header.nextOffset)
  }

  @inline(__always)
  private func checkSize(
    _ byteCount: Int, _ state: borrowing State
  ) throws(LogError) {
    // Field by field: the whole configuration is some hundred bytes to copy.
    let batchBytesMax = state.configuration.maxMessageBytes
    let segmentBytes = state.configuration.segmentBytes
    guard byteCount > min(batchBytesMax, segmentBytes) else { return }
    throw tooLarge(byteCount, batchBytesMax: batchBytesMax, segmentBytes: segmentBytes)
  }

  @inline(never)
  private func tooLarge(_ byteCount: Int, batchBytesMax: Int, segmentBytes: Int) -> LogError {
    LogError(
      .batchTooLarge,
      """
      a batch of \(byteCount) bytes is larger than \(partition) takes (max.message.bytes \
      \(batchBytesMax), segment.bytes \(segmentBytes)); send smaller \
      batches or raise the limit
      """)
  }

  /// What the log gives a batch: offset, epoch and, if the topic says so, its time. In place, for
  /// each copy of a header holds up an append of one record.
  @inline(__always)
  private func assign(
    to header: inout RecordBatchHeader, _ batch: RawSpan, _ state: borrowing State
  ) {
    header.baseOffset = state.writer.nextOffset
    header.partitionLeaderEpoch = state.leaderEpochs.latest?.epoch ?? 0
    guard state.configuration.timestampType == .logAppend && !header.attributes.isControl else {
      return
    }
    let payload = batch.extracting(RecordBatchHeader.byteCount..<batch.byteCount)
    header = header.settingLogAppendTime(time.now, over: payload)
  }

  /// Closes the segment in use and starts the next one at the end of the log. After an error, such
  /// as a full disk, the segment in use is still that and nothing of the next one is left.
  func roll(_ state: inout State) throws(LogError) {
    if state.writer.end.end == 0 { return try reopenEmpty(&state) }
    let files = SegmentFiles(directory: directory, baseOffset: state.writer.nextOffset)
    do throws(LogError) {
      let next = try startSegment(files, state)
      try state.writer.close()
      state.unsynced.append(
        UnsyncedSegment(
          segment: state.writer.segment, file: state.writer.file, indexes: state.writer.indexes))
      state.segments.append(next.segment)
      state.writer = next
    } catch { throw removing(files, after: error) }
  }

  /// Removes what was made of a segment. Returns the error that ended its making, which says what
  /// could not be removed either: the next roll takes such files over.
  private func removing(_ files: SegmentFiles, after cause: LogError) -> LogError {
    var failure = cause
    for kind in SegmentFileName.Kind.allCases.reversed() where kind != .snapshot {
      do throws(FileError) {
        guard try fileSystem.kind(of: files.path(kind)) != nil else { continue }
        try fileSystem.remove(files.path(kind))
      } catch { failure.message += "; what was made of it is left: \(error)" }
    }
    return failure
  }

  private func startSegment(
    _ files: SegmentFiles, _ state: borrowing State
  ) throws(LogError) -> SegmentWriter {
    // The snapshot first, so that no segment is without: once those before it are gone, it is all
    // that tells which transactions are open.
    try ProducerSnapshot.write(state.producers, to: files.producerSnapshot, on: fileSystem)
    return try SegmentWriter(
      files, on: fileSystem, configuration: state.configuration,
      end: SegmentEnd(baseOffset: files.baseOffset), now: time.now)
  }

  /// Maps the segment in use, which is still empty, anew: `segment.bytes` was raised.
  private func reopenEmpty(_ state: inout State) throws(LogError) {
    let next = try SegmentWriter(
      state.writer.segment.files, on: fileSystem, configuration: state.configuration,
      end: state.writer.end, now: time.now)
    state.writer.segment.markClosed()
    state.segments[state.segments.count - 1] = next.segment
    state.writer = next
  }
}
