import Glibc
import Synchronization

/// Looks at a process's own memory again and again, for its peak: the system keeps a peak of all
/// that is resident only, the mapped page cache included.
final class MemorySampler {
  private static let intervalMicroseconds: UInt32 = 20_000

  private final class State: Sendable {
    let isStopped = Atomic(false)
    let peakBytes = Atomic(0)
  }

  private let state: State
  private let thread: JoinableThread

  init(_ process: ServerProcess) throws {
    let state = State()
    self.state = state
    thread = try JoinableThread {
      while !state.isStopped.load(ordering: .relaxed) {
        state.peakBytes.max(process.ownBytes, ordering: .relaxed)
        usleep(Self.intervalMicroseconds)
      }
    }
  }

  /// Ends the sampling, and returns the peak.
  func stop() -> Int {
    state.isStopped.store(true, ordering: .relaxed)
    thread.join()
    return state.peakBytes.load(ordering: .relaxed)
  }
}
