internal import Synchronization

/// A step of a broker's upkeep.
package enum UpkeepStep: String, CaseIterable, Sendable {
  case sync
  case retention
  case checkpoint
  case removal = "removal of old segments"
  case compaction
  case coldCompression = "cold compression"

  /// Whether most looks at a partition find nothing to do: only those that do something count.
  var isLookedFor: Bool { self == .compaction || self == .coldCompression }
}

/// How often each step of upkeep was done, and failed.
package final class UpkeepCounts: Sendable {
  package struct Count: Hashable, Sendable {
    package var done: UInt64 = 0
    package var failed: UInt64 = 0

    package init() {}
  }

  private let counts = Mutex<[UpkeepStep: Count]>([:])

  func done(_ step: UpkeepStep) { counts.withLock { $0[step, default: Count()].done += 1 } }

  func failed(_ step: UpkeepStep) { counts.withLock { $0[step, default: Count()].failed += 1 } }

  var all: [UpkeepStep: Count] { counts.withLock { $0 } }
}
