internal import VarveCoordination

/// Counts attempts at what may succeed later, and waits between them.
struct Attempts {
  private var count = 0
  private static let most = 12

  /// Whether there is to be another attempt.
  mutating func next() -> Bool {
    count += 1
    return count < Self.most
  }

  /// Waits before the next attempt: longer each time, a second at most. Throws `.cancelled`.
  func pause() async throws(VarveError) {
    let milliseconds = min(1_000, 10 << min(count, 7))
    do { try await ContinuousClock().sleep(for: .milliseconds(milliseconds)) } catch {
      throw .cancelled("a coordinator")
    }
  }
}

extension CoordinatorError {
  /// Whether the coordinator may answer otherwise in a moment.
  var isRetriable: Bool {
    switch code {
    case .coordinatorLoadInProgress, .coordinatorNotAvailable, .notCoordinator,
      .concurrentTransactions, .requestTimedOut, .networkException:
      true
    default: false
    }
  }
}
