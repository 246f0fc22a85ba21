public import Varve

/// One thing that a producer was told, a consumer saw or a test did.
///
/// Record what is asked for before the call, and what was answered after it, so that a crash
/// between the two leaves the question without an answer.
public enum HistoryEvent: Hashable, Sendable {
  /// A producer is about to send a record. A record that is never answered is unknown.
  case sent(SentRecord)
  /// The producer was told that the record is written; the offset where it was told that too.
  case acknowledged(RecordID, at: Offset?)
  /// The producer was told that the record is not written and will not be.
  case failed(RecordID)
  /// The producer was told something that leaves open whether the record is written.
  case unknown(RecordID)

  /// A producer began a transaction.
  case began(TransactionID, by: String)
  /// The transaction is to commit `offset` as the next that `group` reads of the partition.
  case addedOffset(TransactionID, group: String, TopicPartition, Offset)
  /// The producer is about to ask for the commit. A transaction for which nobody did, and that has
  /// no outcome, has to be aborted in the end; one for which somebody did may be either.
  case committing(TransactionID)
  /// What the producer was told of the transaction's end.
  case ended(TransactionID, TransactionOutcome)

  /// A member was assigned a partition.
  case gained(GroupMember, TopicPartition)
  /// A member gave a partition up, or the coordinator took it away.
  case gaveUp(GroupMember, TopicPartition)
  /// A member moved its position by intent, as `seek` does.
  case positioned(GroupMember, TopicPartition)
  /// A member saw a record, or, where the test asks what was processed, its handler took it.
  case read(RecordSighting, by: GroupMember)
  /// A member's process ended: it owns nothing from here on.
  case crashed(GroupMember)
  /// Nothing moves any more: each of these partitions has one owner in the group.
  case atRest(group: String, [TopicPartition])

  /// A group was told what became of a commit outside of transactions.
  case committedOffset(group: String, TopicPartition, Offset, CommitOutcome)
  /// The committed offset that a group read back; nil where it has none. The last one of each
  /// partition is read when all is at rest.
  case fetchedOffset(group: String, TopicPartition, Offset?)

  /// The final read of a partition begins: from its first offset to its end, when no transaction
  /// is open any more.
  case auditing(TopicPartition, Isolation, from: Offset)
  /// The final read saw a record.
  case audited(RecordSighting)

  /// Something was restarted. Only for those who read the dump.
  case restarted(String)
}

/// What a producer was told of the end of its transaction.
public enum TransactionOutcome: Hashable, Sendable {
  case committed, aborted
  /// It may be either, but as a whole.
  case unknown
}

/// What a group was told of a commit of offsets.
public enum CommitOutcome: Hashable, Sendable {
  case committed
  /// Certainly not written.
  case failed
  case unknown
}
