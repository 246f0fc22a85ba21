internal import Dispatch
package import VarveBase
internal import Synchronization

/// Makes appends durable for all that wait, in rounds: whoever comes while one sync runs shares
/// the next. Many logs share a write to the commit journal or a sync of the file system, so that a
/// round costs about the same however many partitions are dirty.
///
/// After a round, those that it has served are likely to come again: the next one waits for as
/// many, but a fraction of a sync at most. Else it would run with the few that came first, and the
/// rest would wait for two syncs.
///
/// Waiting is by callback, made on the flusher's queue; the queue has a thread only while a round
/// runs.
package final class Flusher: Sendable {
  /// Up to this many logs, a sync of each file is cheaper than one of the whole file system.
  static let singleSyncsMax = 4

  private let shared: Mutex<SharedSync>
  private let queue = DispatchQueue(label: "varve.flusher")
  private let state = Mutex(State())
  private let syncs = Atomic<UInt64>(0)
  /// Signalled when as many wait as the next round wants.
  private let gathered = DispatchSemaphore(value: 0)

  private struct State {
    var waiting: [Waiter] = []
    var isRunning = false
    /// How many the next round wants; nil while none is being gathered.
    var wanted: Int?
  }

  private struct Waiter {
    let log: PartitionLog
    let offset: Offset
    let completed: @Sendable (Result<Void, LogError>) -> Void
  }

  /// A flusher of logs in directories below `root`, which all lie in one file system.
  /// `journalsStopped` is called with an error after which no commit journal is written any more.
  package init(
    root: String, on fileSystem: any FileSystem,
    journalsStopped: @escaping @Sendable (any Error) -> Void = { _ in }
  ) {
    shared = Mutex(SharedSync(root: root, on: fileSystem, journalsStopped: journalsStopped))
  }

  /// Ends the work with the commit journals, which the next owner of the directory may have.
  /// Returns once a round that is under way is over. The logs were closed before.
  package func close() { shared.withLock { $0.close() } }

  /// Calls `completed` once everything before `offset` of the log is on the disk for good, or with
  /// the error that keeps it from being so. Never called on the caller's stack.
  package func whenDurable(
    _ log: PartitionLog, upTo offset: Offset,
    completed: @escaping @Sendable (Result<Void, LogError>) -> Void
  ) {
    let mustStart = state.withLock { state in
      state.waiting.append(Waiter(log: log, offset: offset, completed: completed))
      if let wanted = state.wanted, state.waiting.count >= wanted {
        state.wanted = nil
        gathered.signal()
      }
      defer { state.isRunning = true }
      return !state.isRunning
    }
    if mustStart { queue.async { self.run() } }
  }

  /// The syncs that were asked of the file system: one for each log, or one for many.
  package var syncCount: UInt64 { syncs.load(ordering: .relaxed) }

  /// As `whenDurable`, blocking the calling thread.
  package func waitUntilDurable(_ log: PartitionLog, upTo offset: Offset) throws(LogError) {
    guard log.flushedOffset < offset else { return }
    let outcome = Mutex<Result<Void, LogError>?>(nil)
    let done = DispatchSemaphore(value: 0)
    whenDurable(log, upTo: offset) { result in
      outcome.withLock { $0 = result }
      done.signal()
    }
    done.wait()
    guard let result = outcome.withLock({ $0 }) else { preconditionFailure("signalled unset") }
    try result.get()
  }

  private func run() {
    while let waiters = next() {
      let start = DispatchTime.now().uptimeNanoseconds
      flush(waiters)
      gather(waiters.count, within: (DispatchTime.now().uptimeNanoseconds - start) / 4)
    }
  }

  /// Returns once `count` wait for the next round, or the time is over. One that is alone does not
  /// wait for itself.
  private func gather(_ count: Int, within nanoseconds: UInt64) {
    guard count > 1 else { return }
    let mustWait = state.withLock { state in
      guard state.waiting.count < count else { return false }
      state.wanted = count
      return true
    }
    guard mustWait else { return }
    let end = DispatchTime.now() + .nanoseconds(Int(nanoseconds))
    guard gathered.wait(timeout: end) == .timedOut else { return }
    let isSignalled = state.withLock { state in
      defer { state.wanted = nil }
      return state.wanted == nil
    }
    if isSignalled { gathered.wait() }
  }

  private func next() -> [Waiter]? {
    state.withLock { state in
      let waiters = state.waiting
      state.waiting = []
      state.isRunning = !waiters.isEmpty
      return waiters.isEmpty ? nil : waiters
    }
  }

  private func flush(_ waiters: [Waiter]) {
    var logs: [ObjectIdentifier: PartitionLog] = [:]
    for waiter in waiters where waiter.log.flushedOffset < waiter.offset {
      logs[ObjectIdentifier(waiter.log)] = waiter.log
    }
    let failures =
      logs.count <= Self.singleSyncsMax ? flushEach(logs) : flushTogether(logs)
    for waiter in waiters {
      if let failure = failures[ObjectIdentifier(waiter.log)] {
        waiter.completed(.failure(failure))
      } else {
        waiter.completed(.success(()))
      }
    }
  }

  private func flushEach(
    _ logs: [ObjectIdentifier: PartitionLog]
  ) -> [ObjectIdentifier: LogError] {
    logs.compactMapValues { log -> LogError? in
      syncs.add(1, ordering: .relaxed)
      do throws(LogError) {
        try log.flush()
        return nil
      } catch { return error }
    }
  }

  private func flushTogether(
    _ logs: [ObjectIdentifier: PartitionLog]
  ) -> [ObjectIdentifier: LogError] {
    syncs.add(1, ordering: .relaxed)
    return shared.withLock { $0.makeDurable(logs) }
  }
}
