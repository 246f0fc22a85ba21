/// What a record's producer is told once the record counts as written, by its topic's durability.
public struct RecordReceipt: Hashable, Sendable {
  public let partition: TopicPartition
  public let offset: Offset
  /// The record's time: the producer's, or the log's where the topic stamps records itself.
  public let timestamp: Timestamp

  package init(partition: TopicPartition, offset: Offset, timestamp: Timestamp) {
    self.partition = partition
    self.offset = offset
    self.timestamp = timestamp
  }
}
