package import VarveBase

/// The 61 bytes before the records of a batch: Kafka's message format 2 (KIP-98), big-endian.
///
/// ```
///   0 ┌──────────────────────────────┐
///     │ baseOffset                 8 │ ┐ not covered by the checksum, so that
///   8 │ batchLength                4 │ │ the log can set the offset and the
///  12 │ partitionLeaderEpoch       4 │ │ epoch in place
///  16 │ magic = 2                  1 │ │
///  17 │ checksum (CRC32C)          4 │ ┘
///  21 │ attributes                 2 │ ┐
///  23 │ lastOffsetDelta            4 │ │
///  27 │ baseTimestamp              8 │ │
///  35 │ maxTimestamp               8 │ │
///  43 │ producerID                 8 │ │ covered, to the end of the records
///  51 │ producerEpoch              2 │ │
///  53 │ baseSequence               4 │ │
///  57 │ recordCount                4 │ │
///  61 │ records, maybe compressed  … │ ┘
///     └──────────────────────────────┘
/// ```
package struct RecordBatchHeader: Equatable, Sendable {
  /// The size of the header.
  package static var byteCount: Int { 61 }
  /// The bytes that `batchLength` does not count: the offset and the length itself.
  package static var lengthOverhead: Int { 12 }
  /// The format version that this library reads and writes.
  package static var currentMagic: Int8 { 2 }

  /// The offset of the first record that the batch had; compaction may have removed it since.
  package var baseOffset: Offset
  /// The bytes after this field.
  package var batchLength: Int32
  package var partitionLeaderEpoch: Int32
  package var magic: Int8
  package var checksum: UInt32
  package var attributes: RecordBatchAttributes
  package var lastOffsetDelta: Int32
  /// The timestamp that records' deltas count from.
  package var baseTimestamp: Timestamp
  package var maxTimestamp: Timestamp
  /// The id of an idempotent or transactional producer; -1 for others.
  package var producerID: Int64
  package var producerEpoch: Int16
  /// The sequence number of the first record; -1 where the producer has no id.
  package var baseSequence: Int32
  package var recordCount: Int32

  /// Reads the fields; nil where fewer than 61 bytes remain. Judges none of them: see
  /// `RecordBatch.checkedHeader`.
  @inline(__always)
  package init?(_ bytes: RawSpan, at position: Int = 0) {
    precondition(position >= 0)
    guard bytes.byteCount - position >= Self.byteCount else { return nil }
    baseOffset = Offset(bytes.bigEndian(at: position))
    batchLength = bytes.bigEndian(at: position + Field.batchLength)
    partitionLeaderEpoch = bytes.bigEndian(at: position + Field.partitionLeaderEpoch)
    magic = bytes.bigEndian(at: position + Field.magic)
    checksum = bytes.bigEndian(at: position + Field.checksum)
    // In the words in which `write` stores them.
    let covered = position + Field.attributes
    let words: (UInt64, UInt64, UInt64, UInt64, UInt64) = (
      bytes.bigEndian(at: covered), bytes.bigEndian(at: covered + 8),
      bytes.bigEndian(at: covered + 16), bytes.bigEndian(at: covered + 24),
      bytes.bigEndian(at: covered + 32)
    )
    attributes = RecordBatchAttributes(rawValue: Int16(truncatingIfNeeded: words.0 >> 48))
    lastOffsetDelta = Int32(truncatingIfNeeded: words.0 >> 16)
    baseTimestamp = Timestamp(Int64(bitPattern: words.0 << 48 | words.1 >> 16))
    maxTimestamp = Timestamp(Int64(bitPattern: words.1 << 48 | words.2 >> 16))
    producerID = Int64(bitPattern: words.2 << 48 | words.3 >> 16)
    producerEpoch = Int16(truncatingIfNeeded: words.3)
    baseSequence = Int32(truncatingIfNeeded: words.4 >> 32)
    recordCount = Int32(truncatingIfNeeded: words.4)
  }

  package init(
    baseOffset: Offset = 0, batchLength: Int32 = 49, partitionLeaderEpoch: Int32 = -1,
    magic: Int8 = currentMagic, checksum: UInt32 = 0, attributes: RecordBatchAttributes = .init(),
    lastOffsetDelta: Int32 = 0, baseTimestamp: Timestamp = .none, maxTimestamp: Timestamp = .none,
    producerID: Int64 = -1, producerEpoch: Int16 = -1, baseSequence: Int32 = -1,
    recordCount: Int32 = 0
  ) {
    self.baseOffset = baseOffset
    self.batchLength = batchLength
    self.partitionLeaderEpoch = partitionLeaderEpoch
    self.magic = magic
    self.checksum = checksum
    self.attributes = attributes
    self.lastOffsetDelta = lastOffsetDelta
    self.baseTimestamp = baseTimestamp
    self.maxTimestamp = maxTimestamp
    self.producerID = producerID
    self.producerEpoch = producerEpoch
    self.baseSequence = baseSequence
    self.recordCount = recordCount
  }

  /// Where the fields are, in bytes from the start of the batch.
  package enum Field {
    package static var baseOffset: Int { 0 }
    package static var batchLength: Int { 8 }
    package static var partitionLeaderEpoch: Int { 12 }
    package static var magic: Int { 16 }
    package static var checksum: Int { 17 }
    package static var attributes: Int { 21 }
    package static var lastOffsetDelta: Int { 23 }
    package static var baseTimestamp: Int { 27 }
    package static var maxTimestamp: Int { 35 }
    package static var producerID: Int { 43 }
    package static var producerEpoch: Int { 51 }
    package static var baseSequence: Int { 53 }
    package static var recordCount: Int { 57 }
  }
}

extension RecordBatchHeader {
  /// The size of the whole batch, header included.
  package var sizeInBytes: Int { Int(batchLength) + Self.lengthOverhead }

  /// The offset of the last record that the batch had.
  package var lastOffset: Offset {
    Offset(baseOffset.rawValue &+ Int64(lastOffsetDelta))
  }

  /// The offset after the batch.
  package var nextOffset: Offset { Offset(lastOffset.rawValue &+ 1) }

  package var hasProducerID: Bool { producerID >= 0 }

  /// The sequence number of the last record, -1 where there are none. After 2,147,483,647 comes 0,
  /// as for Kafka's producers.
  package var lastSequence: Int32 {
    guard baseSequence >= 0 else { return -1 }
    return Self.sequence(baseSequence, advancedBy: lastOffsetDelta)
  }

  /// The sequence number `increment` records after `sequence`; after 2,147,483,647 comes 0.
  package static func sequence(_ sequence: Int32, advancedBy increment: Int32) -> Int32 {
    Int32((Int64(sequence) + Int64(increment)) & 0x7FFF_FFFF)
  }

  /// When tombstones and markers of the batch may go, where compaction has set it (KIP-534).
  package var deleteHorizon: Timestamp? {
    attributes.hasDeleteHorizon ? baseTimestamp : nil
  }
}
