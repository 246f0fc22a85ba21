internal import Synchronization

/// Tells of topics that were created, changed or deleted, through whatever door: those who keep
/// what they know of topics look again.
package final class TopicChanges: Sendable {
  private let count = Atomic(0)
  private let listeners = Mutex<[@Sendable () -> Void]>([])

  /// Grows with each change.
  package var version: Int { count.load(ordering: .acquiring) }

  /// Calls `body` after each change, on the thread of who made it.
  package func whenChanged(_ body: @escaping @Sendable () -> Void) {
    listeners.withLock { $0.append(body) }
  }

  func announce() {
    count.wrappingAdd(1, ordering: .acquiringAndReleasing)
    for listener in listeners.withLock({ $0 }) { listener() }
  }
}
