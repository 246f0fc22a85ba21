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
  /// Wait to be woken by their token.
  public var parked: Int64 = 0
  /// What became of jobs since the log was opened.
  public var counts = SharedPartition.Counts()
  /// How long ago the oldest job that is not done with was stamped; nil where there is none.
  public var oldestAge: Duration?
  /// Jobs a second, over the last minute; nil where that is known for less than a second.
  public var flow: SharedPartition.Flow?

  public init() {}

  /// In how many seconds all jobs are done with if it goes on like this: 0 where there are none,
  /// infinity where they do not get fewer, nil where `flow` is not known.
  public var secondsToDrain: Double? {
    total == 0 ? 0 : flow?.secondsToDrain(total)
  }

  init(_ partitions: [SharedPartition]) {
    for partition in partitions {
      total += partition.remaining
      ready += partition.ready
      delayed += partition.delayed
      running += partition.locked
      parked += partition.parked
      counts.add(partition.counts)
      if let age = partition.oldestAge { oldestAge = max(age, oldestAge ?? age) }
      if let more = partition.flow {
        let flow = flow ?? SharedPartition.Flow(in: 0, out: 0)
        self.flow = SharedPartition.Flow(in: flow.in + more.in, out: flow.out + more.out)
      }
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
    forgottenIDs += other.forgottenIDs
  }
}
