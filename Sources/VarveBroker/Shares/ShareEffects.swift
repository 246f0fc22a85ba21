internal import Synchronization
internal import VarveCoordination

/// Tells consumers that wait of records they may have, and has dead letters copied.
final class ShareEffects: CoordinatorEffects {
  let deadLetters = DeadLetterWriter()
  let traces = TraceWriter()
  private let waiters = Mutex(Waiters())

  private struct Waiters {
    var next: UInt64 = 0
    var byPartition: [SharePartitionKey: [UInt64: @Sendable () -> Void]] = [:]
  }

  /// A consumer's wait for records of a partition.
  struct Token: Sendable {
    fileprivate let key: SharePartitionKey
    fileprivate let number: UInt64
  }

  /// Calls `wake` once there may be records to have, from any thread.
  func whenAvailable(_ key: SharePartitionKey, _ wake: @escaping @Sendable () -> Void) -> Token {
    waiters.withLock { waiters in
      waiters.next += 1
      waiters.byPartition[key, default: [:]][waiters.next] = wake
      return Token(key: key, number: waiters.next)
    }
  }

  func cancel(_ token: Token) {
    waiters.withLock { waiters in
      waiters.byPartition[token.key]?[token.number] = nil
      if waiters.byPartition[token.key]?.isEmpty ?? false { waiters.byPartition[token.key] = nil }
    }
  }

  func perform(_ effects: [ShareEffect]) {
    for effect in effects {
      switch effect {
      case .available(let key):
        let due = waiters.withLock { $0.byPartition.removeValue(forKey: key) }
        for wake in due?.values.map({ $0 }) ?? [] { wake() }
      case .copy(let key, let letters): deadLetters.begin(letters, of: key)
      case .trace(let key, let events): traces.write(events, of: key)
      }
    }
  }

  /// Whoever waits looks again after a while; records that were out come again by themselves.
  func stateLost(_ reason: CoordinatorError) {}
}
