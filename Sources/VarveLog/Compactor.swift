internal import Synchronization
package import VarveBase

/// Compacts one log, in the background: of each key only the newest record stays, offsets do not
/// change (`cleanup.policy=compact`). Rules and outcome are those of Kafka's log cleaner.
///
/// The holder calls `step` now and then, from one thread or several. No step holds a lock that
/// appends or reads wait for while it reads or writes files.
package final class Compactor: Sendable {
  private let log: PartitionLog
  private let mapBytesMax: Int
  private let state: Mutex<State>
  private let published: Atomic<Int64>

  private struct State: ~Copyable {
    var pass: CompactionPass?
    /// Set where the log is damaged: it stays as it is until it is opened again.
    var isGivenUp = false
  }

  /// Of a log that is compacted up to `cleanedUpTo`, from `cleaner-offset-checkpoint`. The keys of
  /// one pass take `mapBytesMax` of memory, 48 bytes each; a log with more of them is done in
  /// several passes.
  package init(_ log: PartitionLog, cleanedUpTo: Offset = 0, mapBytesMax: Int = 32 << 20) {
    self.log = log
    self.mapBytesMax = mapBytesMax
    state = Mutex(State())
    published = Atomic(cleanedUpTo.rawValue)
  }

  /// All before it was compacted by the last whole pass: for `cleaner-offset-checkpoint`.
  package var cleanedUpTo: Offset { Offset(published.load(ordering: .acquiring)) }

  /// Does one piece of the work that is due: reads the keys of a segment, or rewrites a group of
  /// segments that together are no larger than one. False where nothing is due, or while cold
  /// compression is at work on the same log.
  ///
  /// Throws what the disk said, and the next step tries again; or `.corrupt` once, for a log that
  /// is damaged and stays as it is from then on.
  package func step() throws(LogError) -> Bool {
    try log.rewriting { () throws(LogError) in
      try state.withLock { state throws(LogError) in try step(&state) }
    } ?? false
  }

  private func step(_ state: inout State) throws(LogError) -> Bool {
    guard !state.isGivenUp else { return false }
    do {
      var pass: CompactionPass
      if let started = state.pass.take() {
        pass = started
      } else if let new = try startPass() {
        pass = new
      } else {
        return false
      }
      switch try pass.step() {
      case .more: state.pass = consume pass
      case .done: published.store(pass.endOffset.rawValue, ordering: .releasing)
      case .outdated: break
      }
      return true
    } catch {
      state.isGivenUp = error.code == .corrupt
      throw error
    }
  }

  private func startPass() throws(LogError) -> CompactionPass? {
    guard log.configuration.cleanupPolicy.contains(.compact) else { return nil }
    let plan = try CompactionPlan(
      log.segments, startOffset: log.startOffset, stableEnd: log.lastStableOffset,
      cleanedUpTo: cleanedUpTo, log.configuration, now: log.time.now)
    guard plan.isDue else { return nil }
    // A record may go only once the one that supersedes it can't get lost.
    try log.flush()
    return try CompactionPass(plan, of: log, mapBytesMax: mapBytesMax)
  }
}
