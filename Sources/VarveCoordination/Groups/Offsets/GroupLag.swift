package import VarveBase

/// How far a group is behind, partition by partition.
package struct GroupLag: Equatable, Sendable {
  package struct Partition: Equatable, Sendable {
    package let topic: String
    package let partition: Int32
    /// Nil where the group has committed nothing.
    package let committed: Offset?
    /// The offset that the partition's next record gets.
    package let end: Offset

    package init(topic: String, partition: Int32, committed: Offset?, end: Offset) {
      self.topic = topic
      self.partition = partition
      self.committed = committed
      self.end = end
    }

    /// The records that are still to be read; nil where it is not known from where. A commit past
    /// the end, of a log that was cut, leaves none; one before 0, which clients may store, all.
    package var lag: Int64? { committed.map { max(0, end - max(0, $0)) } }
  }

  /// In the order of topics and partitions.
  package let partitions: [Partition]

  package init(_ partitions: [Partition]) {
    self.partitions = partitions.sorted { ($0.topic, $0.partition) < ($1.topic, $1.partition) }
  }

  /// The records to be read in all partitions of which it is known.
  package var total: Int64 { partitions.reduce(0) { $0 + ($1.lag ?? 0) } }
}
