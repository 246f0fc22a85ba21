internal import VarveBase

/// Writes batches again with another codec, one after the other in memory that it keeps: what a
/// topic's `compression.type` asks of batches whose producers have chosen otherwise.
///
/// All but the codec stays: offsets, times, keys, values, headers, and whose batch it is.
package struct BatchReencoder: ~Copyable, Sendable {
  /// What is kept of the memory for records after an unusually large batch: each partition may
  /// have it, and the codec's own beside.
  private static let keptByteCountMax = 4 << 20

  private var decompressor = RecordBatchDecompressor()
  private var builder: RecordBatchBuilder

  /// `level` is one of the codec's; nil for its default.
  package init(_ codec: CompressionCodec, level: Int? = nil) {
    builder = RecordBatchBuilder(codec: codec, level: level)
  }

  /// What batches are written with.
  package var codec: CompressionCodec { builder.codec }
  package var level: Int? { builder.level }
  /// The memory for records that is kept for the next batch.
  package var byteCount: Int { builder.capacity + decompressor.capacity }

  /// Whether a batch has to be written again: not one that has the codec already, at whatever
  /// level, nor one without records, nor one that speaks to brokers.
  package static func isDue(_ header: RecordBatchHeader, for codec: CompressionCodec) -> Bool {
    header.attributes.codec != codec && !header.attributes.isControl && header.recordCount > 0
  }

  /// Calls `body` with the batch in the new form. `header` is `RecordBatch.checkedHeader`'s.
  ///
  /// Throws where the batch is not what its checksum says, for a new one would hide that, where its
  /// records can't be read, and where they take more than `Limits.payloadBytesMax`.
  package mutating func withBatch<Result>(
    _ batch: RawSpan, _ header: RecordBatchHeader,
    _ body: (RawSpan) throws(LogError) -> Result
  ) throws(LogError) -> Result {
    defer {
      if byteCount > Self.keptByteCountMax { self = BatchReencoder(codec, level: level) }
    }
    do throws(RecordBatchError) {
      try RecordBatch.verifyChecksum(batch, header: header)
      try Self.copy(batch, header, with: &decompressor, to: &builder)
    } catch { throw LogError(.invalidRecord, error.message, offset: header.baseOffset) }
    let bytes = builder.bytes
    return try body(bytes)
  }

  private static func copy(
    _ batch: RawSpan, _ header: RecordBatchHeader,
    with decompressor: inout RecordBatchDecompressor, to builder: inout RecordBatchBuilder
  ) throws(RecordBatchError) {
    builder.reset(like: header)
    try decompressor.withPayload(of: batch, header: header, limit: Limits.payloadBytesMax) {
      (payload) throws(RecordBatchError) in
      var records = RecordIterator(payload: payload, header: header)
      while let record = try records.next() { try builder.append(record) }
    }
    try builder.finish()
  }
}
