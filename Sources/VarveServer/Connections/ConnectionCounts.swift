internal import Synchronization

/// How many connections there are, in all and by the address that they come from.
package final class ConnectionCounts: Sendable {
  package struct Limits: Sendable {
    /// `max.connections`
    package var total = 20_000
    /// `max.connections.per.ip`
    package var perHost = Int.max

    package init() {}
  }

  private let limits: Limits
  private let state = Mutex(State())

  private struct State {
    var total = 0
    var refused: UInt64 = 0
    var byHost: [String: Int] = [:]
  }

  package init(_ limits: Limits) { self.limits = limits }

  package var total: Int { state.withLock { $0.total } }

  /// Connections that were one too many.
  var refused: UInt64 { state.withLock { $0.refused } }

  /// Counts a connection. False where there are too many: then it is not counted.
  package func add(_ host: String) -> Bool {
    state.withLock { state in
      let fromHost = state.byHost[host, default: 0]
      guard state.total < limits.total, fromHost < limits.perHost else {
        state.refused += 1
        return false
      }
      state.total += 1
      state.byHost[host] = fromHost + 1
      return true
    }
  }

  /// Counts a connection no more.
  package func remove(_ host: String) {
    state.withLock { state in
      guard let fromHost = state.byHost[host] else { return }
      state.total -= 1
      state.byHost[host] = fromHost > 1 ? fromHost - 1 : nil
    }
  }
}
