public import VarveBase

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
@usableFromInline
package struct RecordIterator: ~Escapable, BitwiseCopyable {
  @usableFromInline package let payload: RawSpan
  @usableFromInline let baseOffset: Int64
  @usableFromInline let lastOffsetDelta: Int32
  @usableFromInline let baseTimestamp: Int64
  /// The time of every record, where the log set it.
  @usableFromInline let appendTimestamp: Timestamp?
  @usableFromInline package var position = 0
  /// The records not yet returned.
  @usableFromInline package internal(set) var remaining: Int

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

  /// Whether the headers from a position on fill the record up to its end.
  @inline(never)
  func areHeadersSound(_ count: Int, from position: Int, to end: Int) -> Bool {
    guard count >= 0, position <= end else { return false }
    var headers = RecordHeaders(
      payload: payload, position: position, end: end, remaining: count)
    return headers.check()
  }

  @inline(never)
  func malformed(_ reason: String) -> RecordBatchError {
    RecordBatchError(
      .malformedRecord,
      "batch at offset \(baseOffset): the record \(remaining) before the end, at byte \(position) "
        + "of the records: \(reason)")
  }

  @inline(never)
  func leftoverError() -> RecordBatchError {
    RecordBatchError(
      .malformedRecord,
      "batch at offset \(baseOffset): \(payload.byteCount - position) bytes after the last record")
  }
}
