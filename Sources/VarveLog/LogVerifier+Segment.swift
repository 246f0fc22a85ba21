internal import VarveBase

extension VerifierRun {
  /// Reads a segment's log and compares its indexes with it on the way.
  mutating func verifySegment(_ base: Offset, before next: Offset?) {
    let isLast = next == nil
    let file = name(base, .log)
    // Indexes first: what a live writer adds meanwhile is then in the log, not the other way round.
    var offsets = OffsetIndexCheck(files(base), on: verifier.fileSystem, sink)
    var times = TimeIndexCheck(files(base), on: verifier.fileSystem, sink)
    var aborted: [AbortedTransaction] = []
    let knewProducers = knowsProducers
    verifySnapshot(at: base)
    do {
      var scanner = try SegmentScanner(
        files(base), before: next, recoveryPoint: verifier.recoveryPoint, on: verifier.fileSystem)
      var expected = base
      while let step = try scanner.next() {
        switch step {
        case .zeros(let range):
          // Room reserved ahead: only the segment in use has it.
          if !isLast {
            report(
              .damagedBatch, file, "\(range.count) zeros where batches should be",
              at: .byte(range.lowerBound), offset: expected)
          }
        case .damage(let range, let reason):
          knowsProducers = false
          report(
            .damagedBatch, file, "\(range.count) bytes are no batch: \(reason)",
            at: .byte(range.lowerBound), offset: expected)
        case .batch(let header, let position, let bytes):
          verifyOffsets(header, after: expected, file, position)
          let newest = verifyRecords(header, bytes, file, position)
          verifyEpoch(header, file, position)
          offsets.add(header, at: position)
          times.add(header, newest)
          if let entry = replay(header, bytes, file, position) { aborted.append(entry) }
          expected = header.nextOffset
          count(header, in: file)
        }
      }
      offsets.finish(end: scanner.position)
      times.finish(isClosed: !isLast)
    } catch { report(.damagedBatch, file, error) }
    verifyTransactionIndex(base, knewProducers && knowsProducers ? aborted : nil)
  }

  private func verifyOffsets(
    _ header: RecordBatchHeader, after expected: Offset, _ file: String, _ position: Int
  ) {
    guard header.baseOffset != expected, !verifier.isCompacted else { return }
    report(
      .missingOffsets, file,
      "the batch starts at offset \(header.baseOffset), the one before ends at \(expected)",
      at: .byte(position), offset: expected)
  }

  /// Compares a batch's leader epoch with the checkpoint's, at its first and its last offset that
  /// can be read. What lies before the log's start is forgotten by the checkpoint.
  private func verifyEpoch(_ header: RecordBatchHeader, _ file: String, _ position: Int) {
    guard let epochs, !epochs.entries.isEmpty, header.lastOffset >= verifier.logStartOffset else {
      return
    }
    for offset in [max(header.baseOffset, verifier.logStartOffset), header.lastOffset] {
      let known = epochs.epoch(at: offset) ?? -1
      guard known != header.partitionLeaderEpoch else { continue }
      return report(
        .leaderEpochs, file,
        "leader epoch \(header.partitionLeaderEpoch); the checkpoint has \(known)",
        at: .byte(position), offset: offset)
    }
  }

  /// Reads every record of a batch. Returns the offsets that a time index may name for it.
  private mutating func verifyRecords(
    _ header: RecordBatchHeader, _ bytes: ByteSlice, _ file: String, _ position: Int
  ) -> NewestRecords {
    do throws(RecordBatchError) {
      let payload = try decompressor.payload(of: bytes, header: header, limit: Int(Int32.max))
      var found = NewestRecords(header)
      var last = Offset(header.baseOffset.rawValue - 1)
      var records = RecordIterator(payload: payload.bytes, header: header)
      while let record = try records.next() {
        guard record.offset > last, record.offset <= header.lastOffset else {
          throw RecordBatchError(
            .malformedRecord,
            "record \(record.offset) follows \(last) in a batch up to "
              + "\(header.lastOffset)")
        }
        last = record.offset
        found.add(record.offset, record.timestamp)
      }
      try found.check(header)
      return found
    } catch {
      report(
        .damagedRecords, file, error.message, at: .byte(position), offset: header.baseOffset)
      return NewestRecords(header)
    }
  }

  /// Returns what the transaction index must have of a batch.
  private mutating func replay(
    _ header: RecordBatchHeader, _ bytes: ByteSlice, _ file: String, _ position: Int
  ) -> AbortedTransaction? {
    do { return try producers.replay(header, bytes.bytes) } catch {
      report(
        .damagedRecords, file, error.message, at: .byte(position), offset: header.baseOffset)
      knowsProducers = false
      return nil
    }
  }
}

/// The largest timestamp of a batch's records and which of them have it.
struct NewestRecords {
  private(set) var timestamp = Timestamp(Int64.min)
  private(set) var first: Offset
  private(set) var last: Offset

  init(_ header: RecordBatchHeader) { (first, last) = (header.lastOffset, header.lastOffset) }

  mutating func add(_ offset: Offset, _ time: Timestamp) {
    guard time >= timestamp else { return }
    if time > timestamp { first = offset }
    (timestamp, last) = (time, offset)
  }

  /// Compares with what the header says. Records that compaction removed may have been newer.
  func check(_ header: RecordBatchHeader) throws(RecordBatchError) {
    guard header.recordCount > 0 else { return }
    let isWhole = Int64(header.recordCount) == Int64(header.lastOffsetDelta) + 1
    guard isWhole ? timestamp == header.maxTimestamp : timestamp <= header.maxTimestamp else {
      throw RecordBatchError(
        .malformedRecord,
        "the largest timestamp is \(timestamp); the header has \(header.maxTimestamp)")
    }
  }
}
