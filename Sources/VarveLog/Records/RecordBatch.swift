internal import VarveBase

/// Judgement on the raw bytes of a record batch, from the outside in: the header, then the
/// checksum, then (`RecordIterator`) the records.
package enum RecordBatch {
  /// The fewest bytes that a record takes: length, attributes, two deltas, two lengths, a count.
  static let recordByteCountMin = 7

  /// The header at `position`, with a structure that can be relied on: the whole batch lies within
  /// `bytes`, its format is 2, its counts are not negative and fit into it.
  package static func checkedHeader(
    _ bytes: RawSpan, at position: Int = 0
  ) throws(RecordBatchError) -> RecordBatchHeader {
    try inlinedCheckedHeader(bytes, at: position)
  }

  /// As `checkedHeader`, within its caller: a header that is returned is stored and loaded again,
  /// which an append of one record would wait for.
  @inline(__always)
  static func inlinedCheckedHeader(
    _ bytes: RawSpan, at position: Int = 0
  ) throws(RecordBatchError) -> RecordBatchHeader {
    let byteCount = bytes.byteCount - position
    guard let header = RecordBatchHeader(bytes, at: position) else { throw .noHeader(byteCount) }
    guard header.batchLength >= RecordBatchHeader.byteCount - RecordBatchHeader.lengthOverhead,
      header.magic == RecordBatchHeader.currentMagic, header.sizeInBytes <= byteCount
    else { throw .badForm(header, in: byteCount) }
    guard hasSoundCounts(header) else { throw .badCounts(header) }
    return header
  }

  /// Compares the stored checksum with that of the bytes. `header` is `checkedHeader`'s.
  package static func verifyChecksum(
    _ bytes: RawSpan, at position: Int = 0, header: RecordBatchHeader
  ) throws(RecordBatchError) {
    let covered = position + RecordBatchHeader.Field.attributes..<position + header.sizeInBytes
    let computed = CRC32C.checksum(bytes.extracting(covered))
    guard computed == header.checksum else {
      throw RecordBatchError(
        .checksumMismatch,
        "batch at offset \(header.baseOffset): checksum \(computed) computed, "
          + "\(header.checksum) stored")
    }
  }

  @inline(__always)
  private static func hasSoundCounts(_ header: RecordBatchHeader) -> Bool {
    guard header.lastOffsetDelta >= 0, header.recordCount >= 0, header.hasSoundOffset,
      // Compaction removes records and keeps the range of offsets, so there may be fewer, not more.
      Int64(header.recordCount) <= Int64(header.lastOffsetDelta) + 1
    else { return false }
    return header.attributes.codec != CompressionCodec.none || header.hasRoomForRecords
  }
}

extension RecordBatchHeader {
  /// Whether the offsets of all records that a batch may have can be counted.
  @inline(__always)
  fileprivate var hasSoundOffset: Bool {
    baseOffset >= 0 && baseOffset.rawValue <= Int64.max - Int64(Int32.max) - 1
  }

  /// The bytes of the records, compressed as they are.
  @inline(__always)
  fileprivate var payloadByteCount: Int { sizeInBytes - Self.byteCount }

  /// Whether so many records can be in so few bytes, uncompressed.
  @inline(__always)
  fileprivate var hasRoomForRecords: Bool {
    Int(recordCount) * RecordBatch.recordByteCountMin <= payloadByteCount
  }
}

// What is wrong with a header, said where it does not make the check itself longer.
extension RecordBatchError {
  @inline(never)
  fileprivate static func noHeader(_ byteCount: Int) -> Self {
    RecordBatchError(
      .truncated,
      "a batch's header takes \(RecordBatchHeader.byteCount) bytes, \(max(0, byteCount)) are left")
  }

  @inline(never)
  fileprivate static func badForm(_ header: RecordBatchHeader, in byteCount: Int) -> Self {
    let lengthMin = RecordBatchHeader.byteCount - RecordBatchHeader.lengthOverhead
    if header.batchLength < lengthMin {
      return RecordBatchError(
        .badLength, "batch length \(header.batchLength) is less than the header's \(lengthMin)")
    }
    if header.magic != RecordBatchHeader.currentMagic {
      return RecordBatchError(
        .unsupportedMagic,
        "batch format \(header.magic); only \(RecordBatchHeader.currentMagic) is supported")
    }
    return RecordBatchError(
      .truncated, "a batch of \(header.sizeInBytes) bytes, \(byteCount) are left")
  }

  @inline(never)
  fileprivate static func badCounts(_ header: RecordBatchHeader) -> Self {
    let (records, last) = (header.recordCount, header.lastOffsetDelta)
    guard last >= 0, records >= 0, header.hasSoundOffset else {
      return RecordBatchError(
        .badLength,
        "base offset \(header.baseOffset), last offset delta \(last), \(records) records: out of "
          + "range")
    }
    if Int64(records) > Int64(last) + 1 {
      return RecordBatchError(.badLength, "\(records) records in \(last + 1) offsets")
    }
    return RecordBatchError(
      .badLength, "\(records) records do not fit into \(header.payloadByteCount) bytes")
  }
}
