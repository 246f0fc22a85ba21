public import Varve

/// A record and where a reader saw it.
public struct RecordSighting: Hashable, Sendable {
  public var record: RecordID
  public var partition: TopicPartition
  public var offset: Offset
  /// What the reader asked to see.
  public var isolation: Isolation

  public init(
    _ record: RecordID, in partition: TopicPartition, at offset: Offset,
    isolation: Isolation = .readUncommitted
  ) {
    self.record = record
    self.partition = partition
    self.offset = offset
    self.isolation = isolation
  }
}
