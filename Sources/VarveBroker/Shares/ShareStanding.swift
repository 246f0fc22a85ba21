package import VarveCoordination

/// How many records of a partition are where, for a group.
package struct ShareDepths: Equatable, Sendable {
  /// Can be delivered now, or were not looked at yet.
  package var ready: Int64 = 0
  package var delayed: Int64 = 0
  /// Are with consumers.
  package var locked: Int64 = 0
  /// Wait to be copied to the dead letters.
  package var failing: Int64 = 0
  /// Wait to be woken by their token.
  package var parked: Int64 = 0
  package var counts = ShareCounts()

  package init() {}
}

/// What a coordinator says of a partition in numbers alone, so that nothing of its state is held on
/// to, and copied because of it.
struct ShareStanding: Sendable {
  private let startOffset: Int64
  private let completed: Int64
  private let scanEnd: Int64
  private let epoch: Int32
  private let depths: ShareDepths

  init(_ partition: SharePartition) {
    startOffset = partition.startOffset
    completed = partition.completedCount
    scanEnd = partition.scanEnd
    epoch = partition.stateEpoch
    var depths = ShareDepths()
    depths.ready = partition.readyCount
    depths.delayed = Int64(partition.delayedCount)
    depths.locked = Int64(partition.lockedCount)
    depths.failing = Int64(partition.failingCount)
    depths.parked = Int64(partition.parkedCount)
    depths.counts = partition.counts
    self.depths = depths
  }

  /// All before it is done with, or is not in the log any more.
  func start(logStart: Int64) -> Int64 { max(startOffset, logStart) }

  /// How many records are not done with.
  func remaining(_ log: Range<Int64>) -> Int64 {
    max(log.upperBound - start(logStart: log.lowerBound) - completed, 0)
  }

  func depths(logEnd: Int64) -> ShareDepths {
    var depths = depths
    depths.ready += max(logEnd - scanEnd, 0)
    return depths
  }

  func totals(_ log: Range<Int64>) -> FlowTotals {
    FlowTotals(come: log.upperBound, left: log.upperBound - remaining(log), epoch: epoch)
  }
}
