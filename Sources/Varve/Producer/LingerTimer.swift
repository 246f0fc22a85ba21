internal import Synchronization

/// Wakes up when batches have lingered for long enough: one wake-up for all partitions of a
/// producer, and none while nothing lingers.
final class LingerTimer: Sendable {
  private let linger: Duration
  private let state = Mutex(State())

  private struct State {
    var entries: [Entry] = []
    var isRunning = false
  }

  /// A partition with an open batch.
  private struct Entry {
    let accumulator: Accumulator
    var opened: ContinuousClock.Instant
  }

  init(_ linger: Duration) { self.linger = linger }

  /// Looks after a partition until it says that it has nothing open.
  func add(_ accumulator: Accumulator, opened: ContinuousClock.Instant) {
    let mustStart = state.withLock { state in
      state.entries.append(Entry(accumulator: accumulator, opened: opened))
      defer { state.isRunning = true }
      return !state.isRunning
    }
    if mustStart { Task { await run() } }
  }

  private func run() async {
    while let oldest = oldest() {
      try? await ContinuousClock().sleep(until: oldest + linger)
      sendDue()
    }
  }

  /// When the oldest batch was opened; nil, and the end of the task, where there is none.
  private func oldest() -> ContinuousClock.Instant? {
    state.withLock { state in
      let oldest = state.entries.lazy.map(\.opened).min()
      if oldest == nil { state.isRunning = false }
      return oldest
    }
  }

  private func sendDue() {
    // A batch may go up to a quarter of the time early, so that one wake-up serves many.
    let latest = ContinuousClock.now - linger * 3 / 4
    let due = state.withLock { state in
      let due = state.entries.filter { $0.opened <= latest }
      state.entries.removeAll { $0.opened <= latest }
      return due
    }
    for entry in due {
      guard let opened = entry.accumulator.sendLingering(openedBy: latest) else { continue }
      state.withLock { state in
        state.entries.append(Entry(accumulator: entry.accumulator, opened: opened))
      }
    }
  }
}
