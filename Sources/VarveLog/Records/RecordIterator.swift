package import VarveBase

/// The records of a batch, one view after the other, without a copy or an allocation.
///
/// ```swift
/// var records = try RecordIterator(batch)
/// while let record = try records.next() { … }
/// ```
///
/// A record as stored (KIP-98); every number is a zigzag varint:
///
/// ```
/// ┌────────┬────────────┬────────────────┬─────────────┬───────────┬─────┬─────────────┬───────┬
/// │ length │ attributes │ timestampDelta │ offsetDelta │ keyLength │ key │ valueLength │ value │
/// └────────┴────────────┴────────────────┴─────────────┴───────────┴─────┴─────────────┴───────┴
///          ┬─────────────┬──────────────────────────────────────────────┬───┐
///          │ headerCount │ keyLength │ key │ valueLength │ value │ once per header │
///          ┴─────────────┴──────────────────────────────────────────────┴───┘
/// ```
///
/// Length counts the bytes after it; attributes is a plain byte; a length of -1 is a null.
package struct RecordIterator: ~Escapable {
  private let payload: RawSpan
  private let baseOffset: Int64
  private let lastOffsetDelta: Int32
  private let baseTimestamp: Int64
  /// The time of every record, where the log set it.
  private let appendTimestamp: Timestamp?
  private var position = 0
  /// The records not yet returned.
  package private(set) var remaining: Int

  /// The records of a whole uncompressed batch. Checks the header, not the checksum. Throws for a
  /// compressed batch: see `RecordBatchDecompressor`.
  @_lifetime(copy batch)
  package init(_ batch: RawSpan) throws(RecordBatchError) {
    let header = try RecordBatch.checkedHeader(batch)
    guard header.attributes.codec == CompressionCodec.none else {
      throw RecordBatchError(
        .decompression, "batch at offset \(header.baseOffset) is compressed")
    }
    let payload = batch.extracting(RecordBatchHeader.byteCount..<header.sizeInBytes)
    self.init(payload: payload, header: header)
  }

  /// The records of a batch's payload: what follows the header, after decompression. It is smaller
  /// than 2 GiB.
  @_lifetime(copy payload)
  package init(payload: RawSpan, header: RecordBatchHeader) {
    precondition(payload.byteCount <= Int(Int32.max))
    self.payload = payload
    baseOffset = header.baseOffset.rawValue
    lastOffsetDelta = header.lastOffsetDelta
    baseTimestamp = header.baseTimestamp.rawValue
    appendTimestamp =
      header.attributes.timestampType == .logAppend ? header.maxTimestamp : nil
    remaining = Int(header.recordCount)
  }

  /// How far an iteration has come: what lets it go on over the same payload later.
  package struct Place: Sendable {
    fileprivate let baseOffset: Int64
    fileprivate let lastOffsetDelta: Int32
    fileprivate let baseTimestamp: Int64
    fileprivate let appendTimestamp: Timestamp?
    fileprivate let position: Int
    fileprivate let remaining: Int

    /// Before the first record of a batch.
    package init(startOf header: RecordBatchHeader) {
      baseOffset = header.baseOffset.rawValue
      lastOffsetDelta = header.lastOffsetDelta
      baseTimestamp = header.baseTimestamp.rawValue
      appendTimestamp =
        header.attributes.timestampType == .logAppend ? header.maxTimestamp : nil
      position = 0
      remaining = Int(header.recordCount)
    }

    fileprivate init(_ records: borrowing RecordIterator) {
      baseOffset = records.baseOffset
      lastOffsetDelta = records.lastOffsetDelta
      baseTimestamp = records.baseTimestamp
      appendTimestamp = records.appendTimestamp
      position = records.position
      remaining = records.remaining
    }
  }

  package var place: Place { Place(self) }

  /// Goes on where another iteration of the same payload was.
  @_lifetime(copy payload)
  package init(payload: RawSpan, at place: Place) {
    precondition(payload.byteCount <= Int(Int32.max))
    self.payload = payload
    baseOffset = place.baseOffset
    lastOffsetDelta = place.lastOffsetDelta
    baseTimestamp = place.baseTimestamp
    appendTimestamp = place.appendTimestamp
    position = place.position
    remaining = place.remaining
  }

  /// Reads all that remain, to know that they are sound; returns how many have an offset within
  /// `range`.
  package mutating func check(countingIn range: Range<Offset>) throws(RecordBatchError) -> Int {
    var count = 0
    while let record = try next() {
      if range.contains(record.offset) { count &+= 1 }
    }
    return count
  }

  /// The next record, nil after the last. Throws where the record does not fit into the batch's
  /// bytes or offsets, and where bytes are left after the last one.
  @_lifetime(copy self)
  package mutating func next() throws(RecordBatchError) -> RecordView? {
    guard remaining > 0 else {
      if position != payload.byteCount { throw leftoverError() }
      return nil
    }
    // Numbers are read against the end of what they lie in. One that is cut short is 0 and moves
    // the position past every end, which the next guard sees before anything is extracted.
    var cursor = position
    let length = Int(Varint.read32(payload, at: &cursor, end: payload.byteCount))
    guard cursor < payload.byteCount, length > 0, length <= payload.byteCount &- cursor else {
      throw malformed("its length is \(length)")
    }
    let start = cursor
    let end = cursor &+ length
    cursor &+= 1
    let timestampDelta = Varint.read64(payload, at: &cursor, end: end)
    let offsetDelta = Varint.read32(payload, at: &cursor, end: end)
    let keyCount = Int(Varint.read32(payload, at: &cursor, end: end))
    guard cursor <= end, keyCount >= -1, keyCount <= end &- cursor else {
      throw malformed("its key of \(keyCount) bytes does not fit into it")
    }
    guard offsetDelta >= 0, offsetDelta <= lastOffsetDelta else {
      throw malformed("its offset delta \(offsetDelta) is not within 0...\(lastOffsetDelta)")
    }
    let keyStart = cursor
    cursor &+= max(0, keyCount)
    let valueCount = Int(Varint.read32(payload, at: &cursor, end: end))
    guard cursor <= end, valueCount >= -1, valueCount <= end &- cursor else {
      throw malformed("its value of \(valueCount) bytes does not fit into it")
    }
    let valueStart = cursor
    cursor &+= max(0, valueCount)
    let headerCount = Int(Varint.read32(payload, at: &cursor, end: end))
    guard cursor == end ? headerCount == 0 : areHeadersSound(headerCount, from: cursor, to: end)
    else {
      throw malformed("its \(headerCount) headers do not fill it")
    }
    position = end
    remaining &-= 1
    return RecordView(
      payload: payload, offset: Offset(baseOffset &+ Int64(offsetDelta)),
      timestamp: appendTimestamp ?? Timestamp(baseTimestamp &+ timestampDelta),
      start: start, keyStart: keyStart, keyCount: keyCount, valueStart: valueStart,
      valueCount: valueCount, end: end)
  }

  /// Whether the headers from a position on fill the record up to its end.
  @inline(never)
  private func areHeadersSound(_ count: Int, from position: Int, to end: Int) -> Bool {
    guard count >= 0, position <= end else { return false }
    var headers = RecordHeaders(
      payload: payload, position: position, end: end, remaining: count)
    return headers.check()
  }

  @inline(never)
  private func malformed(_ reason: String) -> RecordBatchError {
    RecordBatchError(
      .malformedRecord,
      "batch at offset \(baseOffset): the record \(remaining) before the end, at byte \(position) "
        + "of the records: \(reason)")
  }

  @inline(never)
  private func leftoverError() -> RecordBatchError {
    RecordBatchError(
      .malformedRecord,
      "batch at offset \(baseOffset): \(payload.byteCount - position) bytes after the last record")
  }
}
