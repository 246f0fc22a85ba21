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
  @usableFromInline let payload: RawSpan
  @usableFromInline let baseOffset: Int64
  @usableFromInline let baseTimestamp: Int64
  /// The time of every record, where the log set it.
  @usableFromInline let appendTimestamp: Timestamp?
  @usableFromInline var position = 0
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

  /// The records of a batch's payload: what follows the header, after decompression.
  @_lifetime(copy payload)
  package init(payload: RawSpan, header: RecordBatchHeader) {
    self.payload = payload
    baseOffset = header.baseOffset.rawValue
    baseTimestamp = header.baseTimestamp.rawValue
    appendTimestamp =
      header.attributes.timestampType == .logAppend ? header.maxTimestamp : nil
    remaining = Int(header.recordCount)
  }

  /// The next record, nil after the last. Throws where the record does not fit, and where bytes
  /// are left after the last one.
  @inlinable @_lifetime(copy self)
  package mutating func next() throws(RecordBatchError) -> RecordView? {
    guard remaining > 0 else {
      if position != payload.byteCount { throw leftoverError() }
      return nil
    }
    let start = position
    // Every number is read against `end`, and the sum of what they claim is compared with it
    // before anything is extracted: poisoned positions lie past it.
    let length = Int(Varint.read32(payload, at: &position, end: payload.byteCount))
    guard length > 0, position < payload.byteCount, length <= payload.byteCount &- position else {
      throw malformed(at: start, "its length is \(length)")
    }
    let end = position &+ length
    let attributes = unsafe payload.unsafeLoad(
      fromUncheckedByteOffset: position, as: UInt8.self)
    position &+= 1
    let timestampDelta = Varint.read64(payload, at: &position, end: end)
    let offsetDelta = Varint.read32(payload, at: &position, end: end)
    let bodyStart = position
    let keyCount = Int(Varint.read32(payload, at: &position, end: end))
    guard position <= end, keyCount >= -1, keyCount <= end &- position, offsetDelta >= 0 else {
      throw malformed(at: start, "its key of \(keyCount) bytes does not fit into it")
    }
    let keyStart = position
    position &+= max(0, keyCount)
    let valueCount = Int(Varint.read32(payload, at: &position, end: end))
    guard position <= end, valueCount >= -1, valueCount <= end &- position else {
      throw malformed(at: start, "its value of \(valueCount) bytes does not fit into it")
    }
    let valueStart = position
    position &+= max(0, valueCount)
    let headerCount = Int(Varint.read32(payload, at: &position, end: end))
    let headersStart = position
    guard headersStart == end ? headerCount == 0 : areHeadersSound(headerCount, end: end) else {
      throw malformed(at: start, "its \(headerCount) headers do not fill it")
    }
    position = end
    remaining &-= 1
    return RecordView(
      payload: payload, offset: Offset(baseOffset &+ Int64(offsetDelta)),
      timestamp: appendTimestamp ?? Timestamp(baseTimestamp &+ timestampDelta),
      offsetDelta: offsetDelta, timestampDelta: timestampDelta, attributes: attributes,
      headerCount: headerCount, bodyStart: bodyStart, keyStart: keyStart, keyCount: keyCount,
      valueStart: valueStart, valueCount: valueCount, headersStart: headersStart, end: end)
  }

  /// Whether the headers from the position fill the record up to `end`.
  @usableFromInline
  func areHeadersSound(_ count: Int, end: Int) -> Bool {
    guard count >= 0, position <= end else { return false }
    var headers = RecordHeaders(
      payload: payload, position: position, end: end, remaining: count)
    return headers.check()
  }

  @usableFromInline @inline(never)
  func malformed(at start: Int, _ reason: String) -> RecordBatchError {
    RecordBatchError(
      .malformedRecord, "batch at offset \(baseOffset): the record \(remaining) before the end, "
        + "at byte \(start) of the records: \(reason)")
  }

  @usableFromInline @inline(never)
  func leftoverError() -> RecordBatchError {
    RecordBatchError(
      .malformedRecord, "batch at offset \(baseOffset): \(payload.byteCount - position) bytes "
        + "after the last record")
  }
}
