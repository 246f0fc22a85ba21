public import Varve

/// Something in a history that must not have happened.
public struct HistoryViolation: Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable, CaseIterable {
    /// Acknowledged, committed or seen, and gone at the end.
    case lost
    /// One record at two offsets, or two records at one.
    case duplicated
    /// A producer's records, or what a consumer read, out of order.
    case reordered
    /// A read-committed reader saw a record of an aborted transaction.
    case abortedSeen
    /// What had failed was seen.
    case failedSeen
    /// A part of a transaction is visible and a part is not.
    case torn
    /// Seen, and nobody wrote it there.
    case invented
    /// Two members of a group own one partition.
    case twoOwners
    /// Nobody of a group at rest owns a partition.
    case unowned
    /// Records were acknowledged, and no final read says what became of them.
    case unaudited
    /// The history contradicts itself: a mistake of the test that recorded it.
    case misrecorded
  }

  public let kind: Kind
  public let partition: TopicPartition?
  public let offset: Offset?
  public let records: [RecordID]
  /// One sentence, with the partition, the offsets and the records.
  public let description: String

  init(
    _ kind: Kind, _ description: String, partition: TopicPartition? = nil, offset: Offset? = nil,
    records: [RecordID] = []
  ) {
    self.kind = kind
    self.partition = partition
    self.offset = offset
    self.records = records
    self.description = description
  }
}
