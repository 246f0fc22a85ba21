package import VarveBase

/// What the public API needs of an engine to deliver to share groups.
package protocol ShareEngine: Sendable {
  /// Gives a consumer up to `recordsMax` records of some partitions and waits for the first one, up
  /// to `wait` milliseconds or until the task is cancelled. Throws where nothing can be had.
  func fetch(
    _ partitions: [TopicPartition], for consumer: ShareIdentity, recordsMax: Int, bytesMax: Int,
    wait: Int64
  ) async throws(VarveError) -> [SharedSlice]

  /// Says what became of records: of those that the consumer has not any more, it throws
  /// `.notAssigned`, and nothing has changed.
  func acknowledge(
    _ offsets: [ClosedRange<Offset>], of partition: TopicPartition, for consumer: ShareIdentity,
    as acknowledgement: ShareAcknowledgement
  ) async throws(VarveError)

  /// Gives back all that a consumer has.
  func release(
    _ partitions: [TopicPartition], of consumer: ShareIdentity
  ) async throws(VarveError)

  /// A consumer is gone that did not say so.
  func abandon(_ consumer: ShareIdentity)

  /// Changes a group's configs: all or none.
  func configure(_ group: String, set: [GroupConfig]) async throws(VarveError)

  /// For how long a record is its consumer's.
  func lockDuration(of group: String) async throws(VarveError) -> Duration

  /// Where a group is in its partitions.
  func progress(of group: String) async throws(VarveError) -> [SharedPartition]

  /// Wakes what a group has parked under a token, and returns how many records there were.
  func unpark(_ token: String, in group: String) async throws(VarveError) -> Int

  /// The offset of the message that the record at an offset is a copy of, for a group; nil where it
  /// is none.
  func first(
    ofCopyAt offset: Offset, in partition: TopicPartition, group: String
  ) async throws(VarveError) -> Offset?
}

extension ShareEngine {
  /// Its records come back when their locks are over.
  package func abandon(_ consumer: ShareIdentity) {}
}

/// A consumer of a share group.
package struct ShareIdentity: Hashable, Sendable {
  package let group: String
  package let member: String

  package init(group: String, member: String) {
    self.group = group
    self.member = member
  }
}

/// Whole batches of a partition, and which of their records are the consumer's.
package struct SharedSlice: Sendable {
  package let source: TopicPartition
  package let batches: ByteSlice
  package let acquired: [(offsets: ClosedRange<Offset>, deliveryCount: Int)]
}
