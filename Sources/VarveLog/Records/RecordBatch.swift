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
    guard let header = RecordBatchHeader(bytes, at: position) else {
      throw RecordBatchError(
        .truncated,
        "a batch's header takes \(RecordBatchHeader.byteCount) bytes, "
          + "\(max(0, bytes.byteCount - position)) are left")
    }
    let lengthMin = RecordBatchHeader.byteCount - RecordBatchHeader.lengthOverhead
    guard header.batchLength >= lengthMin else {
      throw RecordBatchError(
        .badLength, "batch length \(header.batchLength) is less than the header's \(lengthMin)")
    }
    guard header.magic == RecordBatchHeader.currentMagic else {
      throw RecordBatchError(
        .unsupportedMagic,
        "batch format \(header.magic); only \(RecordBatchHeader.currentMagic) is supported")
    }
    guard header.sizeInBytes <= bytes.byteCount - position else {
      throw RecordBatchError(
        .truncated,
        "a batch of \(header.sizeInBytes) bytes, \(bytes.byteCount - position) are left")
    }
    try checkCounts(of: header)
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

  private static func checkCounts(of header: RecordBatchHeader) throws(RecordBatchError) {
    guard header.lastOffsetDelta >= 0, header.recordCount >= 0, header.baseOffset >= 0,
      header.baseOffset.rawValue <= Int64.max - Int64(Int32.max) - 1
    else {
      throw RecordBatchError(
        .badLength,
        "base offset \(header.baseOffset), last offset delta "
          + "\(header.lastOffsetDelta), \(header.recordCount) records: out of range")
    }
    // Compaction removes records and keeps the range of offsets, so there may be fewer, not more.
    guard Int64(header.recordCount) <= Int64(header.lastOffsetDelta) + 1 else {
      throw RecordBatchError(
        .badLength, "\(header.recordCount) records in \(header.lastOffsetDelta + 1) offsets")
    }
    let payloadCount = header.sizeInBytes - RecordBatchHeader.byteCount
    let fits = Int(header.recordCount) * recordByteCountMin <= payloadCount
    guard header.attributes.codec != CompressionCodec.none || fits else {
      throw RecordBatchError(
        .badLength, "\(header.recordCount) records do not fit into \(payloadCount) bytes")
    }
  }
}
