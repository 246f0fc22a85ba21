internal import Synchronization
internal import VarveBase

/// The subscriptions that there are, for all loops of a server.
package final class TelemetrySubscriptions: Sendable {
  package struct State: Sendable {
    /// Another number with each change.
    package fileprivate(set) var version = 0
    /// By their names.
    package fileprivate(set) var all: [TelemetrySubscription] = []

    package init(version: Int = 0, _ all: [TelemetrySubscription] = []) {
      self.version = version
      self.all = all
    }
  }

  private let state = Mutex(State())

  init() {}

  package var current: State { state.withLock { $0 } }

  /// Takes what is stored now. It is asked for while no other change is taken, so that of two at
  /// once the later one stays. What cannot be a subscription is told of and passed over.
  func update(_ logger: Logger, _ stored: () -> [(name: String, configs: [String: String])]) {
    state.withLock { state in
      state.version += 1
      state.all = stored().compactMap { name, configs in
        do throws(ConfigError) { return try TelemetrySubscription(name, configs) } catch {
          logger.log(
            .warning, "client metrics are not asked for: '\(name)'",
            [.error: error.description])
          return nil
        }
      }
    }
  }
}
