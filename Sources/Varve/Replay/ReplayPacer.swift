internal import VarveBase

/// The clock of a paced replay: the real one, or a test's, which only notes what it is asked.
package protocol ReplayPacer: Sendable {
  /// Nanoseconds since some fixed moment.
  var nanoseconds: UInt64 { get }

  /// Suspends until that moment; at once where it has passed. Throws where the task is cancelled.
  func sleep(untilNanoseconds moment: UInt64) async throws(CancellationError)
}

/// The monotonic clock.
struct ClockPacer: ReplayPacer {
  let time: any TimeSource

  var nanoseconds: UInt64 { time.monotonicNanoseconds }

  func sleep(untilNanoseconds moment: UInt64) async throws(CancellationError) {
    let now = nanoseconds
    guard moment > now else { return }
    do {
      try await Task.sleep(nanoseconds: moment - now)
    } catch { throw CancellationError() }
  }
}
