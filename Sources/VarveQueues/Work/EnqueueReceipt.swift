public import Varve

/// Where a job lies that was put in.
public struct EnqueueReceipt: Hashable, Sendable {
  public let partition: TopicPartition
  /// Of the job, or, where that is a copy, of the first one with its id.
  public let offset: Offset
  /// Of the record that was written.
  public let timestamp: Timestamp
  /// Whether the job is left out, as one with its id is there within the queue's window.
  public let isDuplicate: Bool

  init(_ receipt: RecordReceipt, first: Offset?) {
    partition = receipt.partition
    offset = first ?? receipt.offset
    timestamp = receipt.timestamp
    isDuplicate = first != nil
  }
}
