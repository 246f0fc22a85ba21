internal import Synchronization
internal import VarveBase
internal import VarveCoordination
internal import VarveLog

/// Copies records that share groups gave up to the topic of the group's dead letters, and then has
/// the group be done with them.
///
/// Where copying fails, the topic being missing say, it is tried again, ever less often, up to once
/// in ten seconds: the record is kept until it is copied. Whoever copies again, after a failure or
/// after a broker was stopped between the copy and the note of it, looks first for what is there.
final class DeadLetterWriter: Sendable {
  private static let firstPause = Duration.milliseconds(50)
  private static let lastPause = Duration.seconds(10)

  private let state = Mutex(State())

  private struct State {
    weak var broker: Broker?
    var logger: Logger?
    var isStopped = false
    /// The last work of each partition: letters are copied in their order.
    var works: [SharePartitionKey: (number: UInt64, task: Task<Void, Never>)] = [:]
    var count: UInt64 = 0
  }

  func report(to logger: Logger) { state.withLock { $0.logger = logger } }

  func attach(to broker: Broker) { state.withLock { $0.broker = broker } }

  /// What is not copied is found again at the next start.
  func stop() {
    let tasks = state.withLock { state in
      state.isStopped = true
      defer { state.works = [:] }
      return state.works.values.map(\.task)
    }
    for task in tasks { task.cancel() }
  }

  func begin(_ letters: [DeadLetter], of key: SharePartitionKey) {
    state.withLock { state in
      guard !state.isStopped else { return }
      state.count += 1
      let number = state.count
      let before = state.works[key]?.task
      let task = Task {
        await before?.value
        await self.copy(letters, of: key)
        self.end(key, number)
      }
      state.works[key] = (number, task)
    }
  }

  private func end(_ key: SharePartitionKey, _ number: UInt64) {
    state.withLock { state in
      if state.works[key]?.number == number { state.works[key] = nil }
    }
  }

  private func copy(_ letters: [DeadLetter], of key: SharePartitionKey) async {
    var pause = Self.firstPause
    var isAgain = false
    while true {
      let (broker, logger, isStopped) = state.withLock { ($0.broker, $0.logger, $0.isStopped) }
      guard let broker, !isStopped else { return }
      do throws(CoordinatorError) {
        return try await broker.shares.copyToDeadLetters(letters, of: key, isAgain: isAgain)
      } catch {
        isAgain = true
        if pause >= Self.lastPause / 4 {
          logger?.log(
            .warning, "dead letters could not be copied; it is tried again",
            [.error: error.description])
        }
      }
      // Only `stop` cancels.
      do { try await Task.sleep(for: pause) } catch { return }
      pause = min(pause * 2, Self.lastPause)
    }
  }
}
