internal import Synchronization

/// The calls under way that put something into a transaction, and whether it takes more: in one
/// word, as each record comes by here twice.
struct OpenCalls: ~Copyable, Sendable {
  /// | calls under way | whether there were any | whether no more are taken |
  private let word = Atomic(0)

  private static let closed = 1
  private static let used = 2
  private static let call = 4

  /// Counts a call; false where none is taken any more.
  func enter() -> Bool {
    var seen = word.load(ordering: .relaxed)
    while seen & Self.closed == 0 {
      let (isDone, current) = word.weakCompareExchange(
        expected: seen, desired: (seen | Self.used) + Self.call, ordering: .acquiringAndReleasing)
      if isDone { return true }
      seen = current
    }
    return false
  }

  /// Counts the end of a call. True where it was the last one, and somebody may wait for that.
  func leave() -> Bool {
    let left = word.wrappingSubtract(Self.call, ordering: .acquiringAndReleasing).newValue
    return left < Self.call && left & Self.closed != 0
  }

  /// Takes no more. Returns whether any were taken until then.
  func close() -> Bool {
    word.bitwiseOr(Self.closed, ordering: .acquiringAndReleasing).oldValue & Self.closed == 0
  }

  /// Whether no call is under way.
  var isIdle: Bool { word.load(ordering: .acquiring) < Self.call }

  /// Whether there were no calls.
  var isUnused: Bool { word.load(ordering: .acquiring) & Self.used == 0 }
}
