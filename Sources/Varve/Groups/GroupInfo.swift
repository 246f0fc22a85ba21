public import VarveBase

/// A group of consumers.
public struct GroupInfo: Hashable, Sendable {
  public let name: String
  /// `consumer` for groups of the protocol of KIP-848, `classic` for those before it, `share` for
  /// share groups (KIP-932).
  public let type: String
  /// In Kafka's words: `Stable`, `Empty`, `Reconciling`.
  public let state: String
}

/// A group of consumers with all that can be said of it.
public struct GroupDetails: Sendable {
  public let group: GroupInfo
  /// How partitions are dealt; nil where the members decide.
  public let assignor: String?
  public let members: [Member]
  /// What is committed or assigned, in the order of topics and partitions.
  public let partitions: [Partition]

  public struct Member: Hashable, Sendable {
    public let id: String
    /// Of a static member.
    public let instanceID: String?
    public let clientID: String
    /// Its address; `in-process` for a member in the process that has the log open.
    public let host: String
    public let partitions: [TopicPartition]
  }

  public struct Partition: Hashable, Sendable {
    public let id: TopicPartition
    /// Nil where the group has committed nothing.
    public let committed: OffsetAndMetadata?
    /// The offset that the partition's next record gets; nil where the topic is gone.
    public let end: Offset?
    /// The member that reads it; nil where none does, or several of a share group do.
    public let memberID: String?

    /// The records between what is committed and the end.
    public var lag: Int64? {
      guard let committed, let end else { return nil }
      return max(0, end - committed.offset)
    }
  }

  /// The records that are still to be processed, where that is known.
  public var lag: Int64 { partitions.reduce(0) { $0 + ($1.lag ?? 0) } }
}

/// Where a group without members is to go on.
public enum GroupReset: Hashable, Sendable {
  case to(StartPosition)
  /// So many records forwards, or back where negative.
  case shift(Int64)
}

/// A partition's move by a reset.
public struct GroupMove: Hashable, Sendable {
  public let id: TopicPartition
  /// Nil where the group had committed nothing.
  public let from: Offset?
  public let to: Offset
}
