package import VarveBase

/// Builds record batches, one after the other, in a buffer that it keeps: no allocation per record
/// once the buffer is as large as the batches.
///
/// ```swift
/// var builder = RecordBatchBuilder(codec: .none)
/// try builder.append(timestamp: now, key: key, value: value)
/// try builder.finish()
/// log.append(builder.bytes)
/// builder.reset()
/// ```
package struct RecordBatchBuilder: ~Copyable, Sendable {
  // MARK: What the header will say. Settings outlive `reset`, except the last three.

  package let codec: CompressionCodec
  /// The codec's level; nil for its default.
  package let level: Int?
  package var timestampType: TimestampType
  package var producerID: Int64
  package var producerEpoch: Int16
  package var baseSequence: Int32
  package var isTransactional: Bool
  package var isControl: Bool
  package var partitionLeaderEpoch: Int32
  /// The offset of the batch. Not to be changed between the first `append` and `finish`.
  package var baseOffset: Offset
  /// The last offset of the batch, where records after the last one appended have been removed.
  package var lastOffset: Offset?
  /// The base timestamp of a compacted batch (KIP-534). To be set before the first `append`.
  package var deleteHorizon: Timestamp?
  /// The largest timestamp of a batch without records, which has none to take it from.
  package var maxTimestampIfEmpty: Timestamp = .none

  // MARK: The records so far.

  /// Room for the header, then the records, uncompressed.
  var records: GrowingBytes
  /// The finished batch, where it is compressed: never touched else.
  private var compressed: GrowingBytes
  private var encoder: PayloadEncoder?
  package internal(set) var recordCount = 0
  package internal(set) var isFinished = false
  var baseTimestamp: Int64 = 0
  var maxTimestamp = Int64.min
  var lastOffsetDelta: Int32 = -1

  package init(
    codec: CompressionCodec = .none, level: Int? = nil, timestampType: TimestampType = .create,
    producerID: Int64 = -1, producerEpoch: Int16 = -1, baseSequence: Int32 = -1,
    isTransactional: Bool = false, isControl: Bool = false, baseOffset: Offset = 0,
    partitionLeaderEpoch: Int32 = -1, capacity: Int = 4096
  ) {
    precondition(level.map { codec.levels?.contains($0) == true } ?? true)
    self.codec = codec
    self.level = level
    self.timestampType = timestampType
    self.producerID = producerID
    self.producerEpoch = producerEpoch
    self.baseSequence = baseSequence
    self.isTransactional = isTransactional
    self.isControl = isControl
    self.baseOffset = baseOffset
    self.partitionLeaderEpoch = partitionLeaderEpoch
    records = GrowingBytes(capacity: max(capacity, RecordBatchHeader.byteCount))
    records.setCount(RecordBatchHeader.byteCount)
    compressed = GrowingBytes(capacity: RecordBatchHeader.byteCount)
  }

  /// The memory that it has.
  var capacity: Int { records.capacity + compressed.capacity }

  /// The size of the batch if it were finished now and nothing came of compression.
  package var sizeInBytes: Int { records.count }

  package var isEmpty: Bool { recordCount == 0 }

  /// Empties the builder for the next batch; settings and memory stay.
  package mutating func reset() {
    records.setCount(RecordBatchHeader.byteCount)
    recordCount = 0
    isFinished = false
    maxTimestamp = Int64.min
    lastOffsetDelta = -1
    lastOffset = nil
    deleteHorizon = nil
    maxTimestampIfEmpty = .none
  }

  /// Empties the builder and takes over what the header of another batch says, but for the codec:
  /// to write that batch's records again, all or some of them. The range of offsets stays.
  package mutating func reset(like header: RecordBatchHeader) {
    reset()
    timestampType = header.attributes.timestampType
    producerID = header.producerID
    producerEpoch = header.producerEpoch
    baseSequence = header.baseSequence
    isTransactional = header.attributes.isTransactional
    isControl = header.attributes.isControl
    partitionLeaderEpoch = header.partitionLeaderEpoch
    baseOffset = header.baseOffset
    lastOffset = header.lastOffset
    deleteHorizon = header.deleteHorizon
    maxTimestampIfEmpty = header.maxTimestamp
  }

  /// Writes the header, compresses where a codec is set, and computes the checksum. A batch
  /// without records is legal: compaction leaves such to keep a producer's last sequence number.
  ///
  /// Returns the batch, as `bytes` does.
  @discardableResult @_lifetime(&self)
  package mutating func finish() throws(RecordBatchError) -> RawSpan {
    precondition(!isFinished, "finish() comes once for each batch")
    let lastOffsetDelta = try checkedLastOffsetDelta()
    if isCompressed { try compressRecords() }
    guard finishedByteCount <= Int(Int32.max) else {
      throw RecordBatchError(.tooLarge, "the compressed batch passes 2 GiB, where batches end")
    }
    let header = makeHeader(lastOffsetDelta: lastOffsetDelta)
    isFinished = true
    if isCompressed { return compressed.putHeader(header) }
    return records.putHeader(header)
  }

  /// The finished batch.
  package var bytes: RawSpan {
    @_lifetime(borrow self)
    borrowing get {
      precondition(isFinished, "finish() comes first")
      return finishedBytes
    }
  }

  /// A copy of the finished batch that outlives the builder and its next batch.
  package func makeSlice() -> ByteSlice { ByteSlice(bytes) }
}

extension RecordBatchBuilder {
  /// A batch without records is not compressed: there is nothing.
  @inline(__always) private var isCompressed: Bool { codec != .none && recordCount > 0 }

  private var finishedBytes: RawSpan {
    @_lifetime(borrow self)
    borrowing get { isCompressed ? compressed.bytes : records.bytes }
  }

  @inline(__always) private var finishedByteCount: Int {
    isCompressed ? compressed.count : records.count
  }

  private mutating func compressRecords() throws(RecordBatchError) {
    let encoder =
      if let kept = encoder.take() { kept } else {
        try PayloadEncoder(codec: codec, level: level)
      }
    compressed.setCount(RecordBatchHeader.byteCount)
    try Self.compress(records, into: &compressed, with: encoder)
    self.encoder = consume encoder
  }

  private static func compress(
    _ records: borrowing GrowingBytes, into output: inout GrowingBytes,
    with encoder: borrowing PayloadEncoder
  ) throws(RecordBatchError) {
    let bytes = records.bytes
    try encoder.encode(
      bytes.extracting(RecordBatchHeader.byteCount..<bytes.byteCount), into: &output)
  }

  /// The range of offsets, which holds those of all records.
  @inline(__always)
  private func checkedLastOffsetDelta() throws(RecordBatchError) -> Int32 {
    let appended = Int64(max(0, lastOffsetDelta))
    let claimed = lastOffset.map { $0 - baseOffset } ?? appended
    guard claimed >= appended, claimed <= Int64(Int32.max) else {
      throw RecordBatchError(
        .badLength,
        "the last offset \(baseOffset.rawValue &+ claimed) is before a record's or too far from "
          + "the base offset \(baseOffset)")
    }
    return Int32(claimed)
  }

  /// The header of the batch as it stands, but for the checksum.
  @inline(__always)
  private func makeHeader(lastOffsetDelta: Int32) -> RecordBatchHeader {
    let size = finishedByteCount
    let isEmpty = recordCount == 0
    return RecordBatchHeader(
      baseOffset: baseOffset,
      batchLength: Int32(size - RecordBatchHeader.lengthOverhead),
      partitionLeaderEpoch: partitionLeaderEpoch,
      attributes: RecordBatchAttributes(
        codec: isCompressed ? codec : .none, timestampType: timestampType,
        isTransactional: isTransactional,
        isControl: isControl, hasDeleteHorizon: deleteHorizon != nil),
      lastOffsetDelta: lastOffsetDelta,
      baseTimestamp: deleteHorizon ?? (isEmpty ? maxTimestampIfEmpty : Timestamp(baseTimestamp)),
      maxTimestamp: isEmpty ? maxTimestampIfEmpty : Timestamp(maxTimestamp),
      producerID: producerID, producerEpoch: producerEpoch, baseSequence: baseSequence,
      recordCount: Int32(recordCount))
  }
}

extension GrowingBytes {
  /// Writes a header, and the checksum of the batch that it makes with the bytes after it, over
  /// the bytes kept for it. Returns the batch.
  @inline(__always) @_lifetime(&self)
  fileprivate mutating func putHeader(_ header: RecordBatchHeader) -> RawSpan {
    var target = mutableBytes
    header.write(to: &target)
    let checksum = CRC32C.checksum(
      bytes.extracting(RecordBatchHeader.Field.attributes..<count))
    storeBigEndian(checksum, at: RecordBatchHeader.Field.checksum)
    return bytes
  }
}
