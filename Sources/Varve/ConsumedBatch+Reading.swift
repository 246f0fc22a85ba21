package import VarveLog

extension ConsumedBatch {
  /// What of the bytes read from a log is to be shown, and how much they are trusted.
  package struct Filter: Sendable {
    /// The offsets to be shown.
    package var range: Range<Offset>
    /// Leaves out the records of aborted transactions.
    package var isolation: Isolation
    /// Compares the checksum of every stored batch with its bytes.
    package var verifiesChecksums: Bool
    /// The most bytes that the records of a stored batch may take when decompressed.
    package var payloadByteCountMax = 256 << 20

    package init(
      _ range: Range<Offset>, isolation: Isolation = .readUncommitted,
      verifiesChecksums: Bool = true
    ) {
      self.range = range
      self.isolation = isolation
      self.verifiesChecksums = verifiesChecksums
    }

    /// All from an offset on.
    package init(
      from offset: Offset, isolation: Isolation = .readUncommitted,
      verifiesChecksums: Bool = true
    ) {
      self.init(
        offset..<Offset(Int64.max), isolation: isolation, verifiesChecksums: verifiesChecksums)
    }
  }

  /// Takes in what was read from a log, and checks every record of it. The last stored batch may
  /// be cut short: then it is left for the next read. `nextOffset` is where that goes on.
  ///
  /// Throws `.corrupt` for bytes that no writer of the format leaves, `.unsupportedCompression`
  /// for a codec that this build lacks.
  package init(
    _ slice: LogSlice, of source: TopicPartition, _ filter: Filter
  ) throws(VarveError) {
    var reading = BatchReading(slice, of: source, filter)
    try reading.run()
    self = reading.batch
  }
}

/// The state of taking in bytes.
private struct BatchReading: ~Copyable {
  private let slice: LogSlice
  private let source: TopicPartition
  private let filter: ConsumedBatch.Filter
  private var parts: [ConsumedBatch.Part] = []
  private var count = 0
  private var nextOffset: Offset
  /// Where the whole batches that are not in a part yet begin.
  private var runStart: Int?
  private var decompressor = RecordBatchDecompressor()

  init(_ slice: LogSlice, of source: TopicPartition, _ filter: ConsumedBatch.Filter) {
    self.slice = slice
    self.source = source
    self.filter = filter
    nextOffset = filter.range.lowerBound
  }

  var batch: ConsumedBatch {
    ConsumedBatch(
      source: source, count: count, nextOffset: nextOffset, endOffset: slice.endOffset,
      parts: parts, range: filter.range)
  }

  mutating func run() throws(VarveError) {
    var position = 0
    while let header = try header(at: position) {
      guard header.baseOffset < filter.range.upperBound else { break }
      let end = position + header.sizeInBytes
      if isShown(header) {
        try take(header, position..<end)
      } else {
        endRun(at: position)
      }
      nextOffset = max(nextOffset, min(header.nextOffset, filter.range.upperBound))
      position = end
    }
    endRun(at: position)
  }

  /// The header of the batch at a position; nil at the end, and for a batch that is cut short.
  private func header(at position: Int) throws(VarveError) -> RecordBatchHeader? {
    guard position < slice.bytes.count else { return nil }
    do throws(RecordBatchError) {
      return try RecordBatch.checkedHeader(slice.bytes.bytes, at: position)
    } catch {
      if error.code == .truncated && position > 0 { return nil }
      throw VarveError(error, in: source)
    }
  }

  private func isShown(_ header: RecordBatchHeader) -> Bool {
    guard !header.attributes.isControl, header.recordCount > 0,
      header.lastOffset >= filter.range.lowerBound
    else { return false }
    guard filter.isolation == .readCommitted, header.attributes.isTransactional else { return true }
    return !slice.aborted.contains {
      $0.producerID == header.producerID && $0.firstOffset <= header.baseOffset
        && header.lastOffset <= $0.lastOffset
    }
  }

  private mutating func take(
    _ header: RecordBatchHeader, _ range: Range<Int>
  ) throws(VarveError) {
    let stored = slice.bytes.slice(range)
    do throws(RecordBatchError) {
      if filter.verifiesChecksums {
        try RecordBatch.verifyChecksum(stored.bytes, header: header)
      }
      if header.attributes.codec == CompressionCodec.none {
        let payload = stored.slice(RecordBatchHeader.byteCount..<stored.count)
        try count(payload.bytes, header)
        runStart = runStart ?? range.lowerBound
        return
      }
      let payload = try decompressor.payload(
        of: stored.bytes, header: header, limit: filter.payloadByteCountMax)
      try count(payload.bytes, header)
      endRun(at: range.lowerBound)
      parts.append(ConsumedBatch.Part(bytes: payload, header: header))
    } catch { throw VarveError(error, in: source) }
  }

  private mutating func count(
    _ payload: RawSpan, _ header: RecordBatchHeader
  ) throws(RecordBatchError) {
    var records = RecordIterator(payload: payload, header: header)
    count += try records.check(countingIn: filter.range)
  }

  private mutating func endRun(at position: Int) {
    guard let start = runStart else { return }
    parts.append(ConsumedBatch.Part(bytes: slice.bytes.slice(start..<position), header: nil))
    runStart = nil
  }
}
