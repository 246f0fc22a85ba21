internal import VarveLog

/// Records of one partition, read together, in the order of their offsets.
///
/// ```swift
/// for record in batch { print(record.offset, record.value ?? "null") }
/// ```
///
/// Every record was checked when the batch was read, so going through it cannot fail. It refers to
/// the mapped file; only what was compressed is held in memory of its own.
public struct ConsumedBatch: Sendable {
  /// The partition that the records are from.
  public let source: TopicPartition
  /// The number of records.
  public let count: Int
  /// Where reading goes on: the offset after everything that was read, which includes records
  /// that are not shown, such as those of aborted transactions. What a consumer commits.
  public let nextOffset: Offset
  /// The end of the partition when the batch was read: for the lag.
  public let endOffset: Offset

  let parts: [Part]
  /// The offsets that are shown.
  let range: Range<Offset>

  /// Bytes with records to show.
  struct Part: Sendable {
    /// Whole batches, or the records of one that was compressed.
    let bytes: ByteSlice
    /// The header of the batch that was compressed; nil for whole batches.
    let header: RecordBatchHeader?
  }

  init(
    source: TopicPartition, count: Int, nextOffset: Offset, endOffset: Offset, parts: [Part],
    range: Range<Offset>
  ) {
    self.source = source
    self.count = count
    self.nextOffset = nextOffset
    self.endOffset = endOffset
    self.parts = parts
    self.range = range
  }

  public var topic: TopicName { source.topic }
  public var partition: Int32 { source.partition }
  public var isEmpty: Bool { count == 0 }

  /// The records between this batch's end and the partition's, when it was read.
  public var lag: Int64 { Swift.max(0, endOffset - nextOffset) }
}

extension ConsumedBatch: CustomStringConvertible {
  public var description: String { "\(count) records of \(source) before \(nextOffset)" }
}
