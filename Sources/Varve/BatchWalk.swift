internal import VarveLog

/// Goes through the stored batches among bytes that were read, and tells which are to be shown.
struct BatchWalk {
  let slice: LogSlice
  let source: TopicPartition
  let filter: ConsumedBatch.Filter
  /// The bytes passed.
  private(set) var position = 0
  /// Where reading goes on after what was passed.
  private(set) var nextOffset: Offset

  /// A stored batch.
  struct Stored {
    let header: RecordBatchHeader
    /// Its place among the bytes.
    let range: Range<Int>
    let bytes: ByteSlice
    /// Whether it has records that may be shown.
    let isShown: Bool

    /// Where its records are in its bytes.
    var payload: Range<Int> { RecordBatchHeader.byteCount..<bytes.count }
  }

  init(_ slice: LogSlice, of source: TopicPartition, _ filter: ConsumedBatch.Filter) {
    self.slice = slice
    self.source = source
    self.filter = filter
    nextOffset = filter.range.lowerBound
  }

  /// The next batch, its checksum compared where it is shown; nil at the end, and for one that is
  /// cut short.
  mutating func next() throws(VarveError) -> Stored? {
    guard let header = try header(), header.baseOffset < filter.range.upperBound else {
      return nil
    }
    let range = position..<position + header.sizeInBytes
    let stored = Stored(
      header: header, range: range, bytes: slice.bytes.slice(range), isShown: isShown(header))
    if filter.verifiesChecksums && stored.isShown { try verify(stored) }
    nextOffset = max(nextOffset, min(header.nextOffset, filter.range.upperBound))
    position = range.upperBound
    return stored
  }

  private func header() throws(VarveError) -> RecordBatchHeader? {
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

  private func verify(_ stored: Stored) throws(VarveError) {
    do throws(RecordBatchError) {
      try RecordBatch.verifyChecksum(stored.bytes.bytes, header: stored.header)
    } catch { throw VarveError(error, in: source) }
  }

  /// The records of a batch, decompressed where they are compressed.
  func payload(
    of stored: Stored, with decompressor: inout RecordBatchDecompressor
  ) throws(VarveError) -> ByteSlice {
    do throws(RecordBatchError) {
      return try decompressor.payload(
        of: stored.bytes, header: stored.header, limit: filter.payloadByteCountMax)
    } catch { throw VarveError(error, in: source) }
  }

  /// Checks every record of a batch, and counts those to be shown.
  func count(_ payload: ByteSlice, _ header: RecordBatchHeader) throws(VarveError) -> Int {
    do throws(RecordBatchError) {
      var records = RecordIterator(payload: payload.bytes, header: header)
      return try records.check(countingIn: filter.range)
    } catch { throw VarveError(error, in: source) }
  }

  /// Lends each record of the batch just passed that is to be shown, checking it as it comes to
  /// it. `passed` is moved behind each record.
  func forEachRecord(
    of payload: ByteSlice, _ header: RecordBatchHeader, passed: inout Offset,
    _ body: (borrowing BorrowedRecord) throws(VarveError) -> Void
  ) throws(VarveError) {
    var records = RecordIterator(payload: payload.bytes, header: header)
    var fetched = payload.count < Self.worthFetchingFor ? Int.max : 0
    var place = RecordPlace()
    do {
      while true {
        if records.nextPlain(&place) {
          try lend(BorrowedRecord(payload: records.payload, place), passed: &passed, body)
          if records.position >= fetched { fetchNext(&fetched) }
          continue
        }
        guard let view = try records.nextOfAnyForm() else { return }
        try lend(BorrowedRecord(view), passed: &passed, body)
      }
    } catch let error as VarveError {
      throw error
    } catch let error as RecordBatchError {
      throw VarveError(error, in: source)
    } catch { preconditionFailure("no other errors: \(error)") }
  }

  @inline(__always)
  private func lend(
    _ record: BorrowedRecord, passed: inout Offset,
    _ body: (borrowing BorrowedRecord) throws(VarveError) -> Void
  ) throws(VarveError) {
    guard filter.range.contains(record.offset) else { return }
    passed = record.offset + 1
    try body(record)
  }

  /// Fetches a piece of the next batch. Its checksum, which is computed faster than memory gives
  /// bytes, then finds it near: a replay takes a quarter less time.
  private func fetchNext(_ fetched: inout Int) {
    let start = position + fetched
    slice.bytes.prefetch(start..<start + Self.fetchedAtOnce)
    fetched += Self.fetchedAtOnce
  }

  private static var fetchedAtOnce: Int { 1024 }
  /// Smaller batches are fetched by the processor itself.
  private static var worthFetchingFor: Int { 16 << 10 }
}
