import Dispatch
import Foundation
import Synchronization

/// Threads of one test, each with a body of its own: more than the processor has cores, so that
/// they are interrupted anywhere.
enum Threads {
  /// Runs the bodies at once, waits for all, and throws the first error that one threw.
  static func run(_ bodies: [@Sendable () throws -> Void]) throws {
    let group = DispatchGroup()
    let failure = Mutex<(any Error)?>(nil)
    withExtendedLifetime(failure) { () -> Void in
      for body in bodies {
        group.enter()
        Thread {
          do { try body() } catch { failure.withLock { $0 = $0 ?? error } }
          group.leave()
        }.start()
      }
      group.wait()
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }
}
