import Synchronization

/// Blocking work of clients, side by side on threads of its own.
enum Side {
  /// Does both at the same time, and throws what the first to fail threw.
  static func run(_ one: () throws -> Void, and other: () throws -> Void) throws {
    try withoutActuallyEscaping(one) { one in
      try withoutActuallyEscaping(other) { other in
        try runAll([one, other]) { try $0() }
      }
    }
  }

  /// Does `body` for all values at the same time, and throws what the first to fail threw.
  static func runAll<Value>(_ values: [Value], _ body: (Value) throws -> Void) throws {
    let outcome = Outcome()
    try withoutActuallyEscaping(body) { body in
      let threads = try values.map { value in
        let sent = Sent(value: value, body: body)
        return try JoinableThread {
          do { try sent.body(sent.value) } catch { outcome.note(error) }
        }
      }
      for thread in threads { thread.join() }
    }
    if let failure = outcome.failure { throw failure }
  }

  // Safety: one thread uses it, and is joined before the value is used again.
  private struct Sent<Value>: @unchecked Sendable {
    let value: Value
    let body: (Value) throws -> Void
  }

  private final class Outcome: Sendable {
    private let first = Mutex<(any Error)?>(nil)
    var failure: (any Error)? { first.withLock { $0 } }
    func note(_ error: any Error) { first.withLock { $0 = $0 ?? error } }
  }
}
