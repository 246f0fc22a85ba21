internal import Synchronization
internal import VarveBase
internal import VarveCoordination

/// Writes the outcome of transactions to their partitions, and tells the coordinator once all have
/// it.
///
/// The transactions of one transactional id are written one after the other: a marker that came
/// late would end the next transaction instead. Where writing fails it is tried again, ever less
/// often, up to once a second.
final class MarkerWriter: CoordinatorEffects {
  private static let firstPause = Duration.milliseconds(20)
  private static let lastPause = Duration.seconds(1)

  private let logger: Logger
  private let state = Mutex(State())

  private struct State {
    weak var broker: Broker?
    /// What coordinators decided before all of them were loaded.
    var early: [TransactionMarkers]? = []
    weak var shards: CoordinatorShards<TransactionCoordinator>?
    var isStopped = false
    var count: UInt64 = 0
    var works: [String: Work] = [:]
    /// Transactional ids whose last outcome could not be written everywhere, so far.
    var behind: Set<String> = []
  }

  /// The last outcome that is being written for a transactional id.
  private struct Work {
    let number: UInt64
    /// Whether everything was written the first time.
    let attempt: Task<Bool, Never>
    /// Ends once everything is written.
    let whole: Task<Void, Never>
  }

  init(logger: Logger) {
    self.logger = logger
  }

  var broker: Broker? { state.withLock { $0.broker } }

  /// Says where to write. Before `start`, since coordinators are told their epochs by the broker.
  func attach(to broker: Broker, _ shards: CoordinatorShards<TransactionCoordinator>) {
    state.withLock { state in
      state.broker = broker
      state.shards = shards
    }
  }

  /// Begins, once all coordinators are loaded, with what they found decided.
  func start() {
    let early = state.withLock { $0.early.take() }
    for markers in early ?? [] { begin(markers) }
  }

  /// Nothing is tried again afterwards: the next start of the broker does.
  func stop() {
    let works = state.withLock { state in
      state.isStopped = true
      return Array(state.works.values)
    }
    for work in works { work.whole.cancel() }
  }

  // MARK: - CoordinatorEffects

  func perform(_ effects: [TransactionEffect]) {
    for case .writeMarkers(let markers) in effects { begin(markers) }
  }

  /// Nobody waits for an effect of these coordinators: whoever ended a transaction waits for the
  /// work that was begun.
  func stateLost(_ reason: CoordinatorError) {}

  // MARK: - Works

  /// Waits until the outcome that was decided last has been tried to be written.
  func settle(_ transactionalID: String) async {
    let work = state.withLock { $0.works[transactionalID] }
    _ = await work?.attempt.value
  }

  /// Whether the outcome that was decided last could not be written everywhere, so far.
  func isBehind(_ transactionalID: String) -> Bool {
    state.withLock { $0.behind.contains(transactionalID) }
  }

  /// Waits until all that was decided has been tried to be written.
  func settleAll() async {
    let works = state.withLock { Array($0.works.values) }
    for work in works { _ = await work.attempt.value }
  }

  private func begin(_ markers: TransactionMarkers) {
    state.withLock { state in
      guard !state.isStopped else { return }
      guard state.early == nil else {
        state.early?.append(markers)
        return
      }
      state.count += 1
      let number = state.count
      let before = state.works[markers.transactionalID]?.whole
      let attempt = Task {
        await before?.value
        let isWritten = await self.write(markers)
        if !isWritten { self.state.withLock { _ = $0.behind.insert(markers.transactionalID) } }
        return isWritten
      }
      let whole = Task {
        if await !attempt.value { await self.writeAgain(markers) }
        self.end(markers.transactionalID, number)
      }
      state.works[markers.transactionalID] = Work(number: number, attempt: attempt, whole: whole)
    }
  }

  private func end(_ id: String, _ number: UInt64) {
    state.withLock { state in
      guard state.works[id]?.number == number else { return }
      state.works[id] = nil
      state.behind.remove(id)
    }
  }

  private func writeAgain(_ markers: TransactionMarkers) async {
    var pause = Self.firstPause
    repeat {
      // Only `stop` cancels, and then the next start of the broker writes them.
      do { try await Task.sleep(for: pause) } catch { return }
      pause = min(pause * 2, Self.lastPause)
    } while await !write(markers)
  }

  /// Writes the markers and reports them. False where it has to be tried again.
  private func write(_ markers: TransactionMarkers) async -> Bool {
    let (broker, shards, isStopped) = state.withLock { ($0.broker, $0.shards, $0.isStopped) }
    guard !isStopped, let broker, let shard = shards?.existing(of: markers.transactionalID)
    else { return true }
    do throws(CoordinatorError) {
      guard try await shard.read({ $0.awaits(markers) }) else { return true }
      for (topic, partitions) in markers.partitions.sorted(by: { $0.key < $1.key }) {
        for partition in partitions.sorted() {
          try await broker.writeMarker(markers, topic, partition)
        }
      }
      try await shard.run { (coordinator, now) in coordinator.markersWritten(markers, at: now) }
      return true
    } catch {
      // A broker that closes closes the logs that are being written to.
      guard !state.withLock(\.isStopped) else { return true }
      logger.log(
        .warning,
        "the outcome of a transaction of '\(markers.transactionalID)' could not be written"
          + " everywhere; it is tried again",
        [.error: error.description])
      return false
    }
  }
}
