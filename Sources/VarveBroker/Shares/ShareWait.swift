internal import Dispatch
internal import Synchronization
internal import VarveBase
internal import VarveCoordination
internal import VarveLog

/// A consumer's wait for records of some partitions, which an append, a record that is available
/// again, its time or a cancellation ends, whichever comes first.
final class ShareWait: Sendable {
  private struct State {
    var continuation: CheckedContinuation<Void, Never>?
    var isOver = false
    var ends: [@Sendable () -> Void] = []
  }

  private let state = Mutex(State())

  /// Begins to listen: to be done before it is looked whether there is something.
  init(
    for partitions: [(key: SharePartitionKey, log: PartitionLog, end: Offset)],
    _ effects: ShareEffects
  ) {
    var ends: [@Sendable () -> Void] = []
    for (key, log, end) in partitions {
      let token = effects.whenAvailable(key) { [weak self] in self?.finish() }
      let append = log.whenAppended(at: end) { [weak self] in self?.finish() }
      ends.append {
        effects.cancel(token)
        log.waiters.cancel(append)
      }
    }
    let taken = ends
    state.withLock { $0.ends = taken }
  }

  /// Suspends until something came, or for so long.
  func wait(milliseconds: Int64) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if !state.isOver { state.continuation = continuation }
          return state.isOver
        }
        if isOver { return continuation.resume() }
        DispatchQueue.global().asyncAfter(
          deadline: .now() + .milliseconds(Int(clamping: milliseconds))
        ) { [weak self] in self?.finish() }
      }
    } onCancel: {
      finish()
    }
    stop()
  }

  /// Listens no more.
  func stop() {
    let ends = state.withLock { state in
      state.isOver = true
      defer { state.ends = [] }
      return state.ends
    }
    for end in ends { end() }
  }

  /// Ends the wait, also one that has not begun.
  func finish() {
    let continuation = state.withLock { state in
      state.isOver = true
      return state.continuation.take()
    }
    continuation?.resume()
  }
}
