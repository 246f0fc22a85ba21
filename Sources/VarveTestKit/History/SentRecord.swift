public import Varve

/// A record that a producer is about to send. Record it before the call.
public struct SentRecord: Hashable, Sendable {
  public var id: RecordID
  /// The name of the producer: its transactional id, or whatever tells producers apart.
  public var producer: String
  public var partition: TopicPartition
  /// Where the record stands among those that this producer sent to this partition; grows with
  /// each, also over the producer's restarts.
  public var sequence: Int64
  /// The transaction that it belongs to.
  public var transaction: TransactionID?
  /// Whether the producer was promised that the record is written once and in order, as an
  /// idempotent or transactional one is.
  public var isIdempotent: Bool
  /// The input record whose processing made this one, where there is one.
  public var source: RecordID?

  public init(
    _ id: RecordID, by producer: String, to partition: TopicPartition, sequence: Int64,
    in transaction: TransactionID? = nil, isIdempotent: Bool = true, from source: RecordID? = nil
  ) {
    self.id = id
    self.producer = producer
    self.partition = partition
    self.sequence = sequence
    self.transaction = transaction
    self.isIdempotent = isIdempotent
    self.source = source
  }
}
