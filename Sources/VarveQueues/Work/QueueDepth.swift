public import Varve

/// How many jobs a queue has, and where they are.
public struct QueueDepth: Hashable, Sendable {
  /// Not done with.
  public var total: Int64 = 0
  /// Can be handled now.
  public var ready: Int64 = 0
  /// Wait for their time.
  public var delayed: Int64 = 0
  /// Are in the hands of workers.
  public var running: Int64 = 0
  /// What became of jobs since the log was opened.
  public var counts = SharedPartition.Counts()

  public init() {}

  init(_ partitions: [SharedPartition]) {
    for partition in partitions {
      total += partition.remaining
      ready += partition.ready
      delayed += partition.delayed
      running += partition.locked
      counts.add(partition.counts)
    }
  }
}

extension SharedPartition.Counts {
  fileprivate mutating func add(_ other: Self) {
    delivered += other.delivered
    redelivered += other.redelivered
    accepted += other.accepted
    released += other.released
    rejected += other.rejected
    timedOut += other.timedOut
    expired += other.expired
    repeated += other.repeated
    deadLettered += other.deadLettered
  }
}
