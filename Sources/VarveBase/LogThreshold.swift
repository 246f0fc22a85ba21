internal import Synchronization

/// The least level of the loggers that share it. May be changed while they are in use, from any
/// thread.
package final class LogThreshold: Sendable {
  private let rank: Atomic<Int>

  package init(_ level: LogLevel) { rank = Atomic(level.rank) }

  package var level: LogLevel {
    // Nothing else is published with it.
    get { LogLevel.allCases[rank.load(ordering: .relaxed)] }
    set { rank.store(newValue.rank, ordering: .relaxed) }
  }
}
