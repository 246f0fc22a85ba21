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
    /// What is tried again, by the numbers of the works.
    var retries: [UInt64: Task<Void, Never>] = [:]
    /// Transactional ids whose last outcome could not be written everywhere, so far.
    var behind: Set<String> = []
  }

  /// The last outcome that is being written for a transactional id.
  private struct Work {
    let number: UInt64
    let markers: TransactionMarkers
    /// What has to be written before, as it was decided before.
    let before: Completion?
    /// Once it was tried to write everything.
    let attempt = Completion()
    /// Once everything is written.
    let whole = Completion()
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
    let retries = state.withLock { state in
      state.isStopped = true
      return Array(state.retries.values)
    }
    for retry in retries { retry.cancel() }
  }

  // MARK: - CoordinatorEffects

  func perform(_ effects: [TransactionEffect]) {
    for case .writeMarkers(let markers) in effects { begin(markers) }
  }

  /// As `perform`, in the caller's task, and returns once it was tried: who waits for the outcome
  /// anyway needs no other thread for it.
  func carryOut(_ effects: [TransactionEffect]) async {
    for case .writeMarkers(let markers) in effects {
      if let work = register(markers) { await carryOut(work) }
    }
  }

  /// Nobody waits for an effect of these coordinators: whoever ended a transaction waits for the
  /// work that was begun.
  func stateLost(_ reason: CoordinatorError) {}

  // MARK: - Works

  /// Waits until the outcome that was decided last has been tried to be written.
  func settle(_ transactionalID: String) async {
    let work = state.withLock { $0.works[transactionalID] }
    await work?.attempt.wait()
  }

  /// Whether the outcome that was decided last could not be written everywhere, so far.
  func isBehind(_ transactionalID: String) -> Bool {
    state.withLock { $0.behind.contains(transactionalID) }
  }

  /// Waits until all that was decided has been tried to be written.
  func settleAll() async {
    let works = state.withLock { Array($0.works.values) }
    for work in works { await work.attempt.wait() }
  }

  private func begin(_ markers: TransactionMarkers) {
    guard let work = register(markers) else { return }
    Task { await self.carryOut(work) }
  }

  /// Gives an outcome its place behind the one before; nil where it is not to be written now.
  private func register(_ markers: TransactionMarkers) -> Work? {
    state.withLock { state in
      guard !state.isStopped else { return nil }
      guard state.early == nil else {
        state.early?.append(markers)
        return nil
      }
      state.count += 1
      let id = markers.transactionalID
      let work = Work(number: state.count, markers: markers, before: state.works[id]?.whole)
      state.works[id] = work
      return work
    }
  }

  private func carryOut(_ work: Work) async {
    await work.before?.wait()
    if await write(work.markers) { end(work) } else { carryOutLater(work) }
    work.attempt.complete()
  }

  private func carryOutLater(_ work: Work) {
    state.withLock { state in
      state.behind.insert(work.markers.transactionalID)
      let retry = Task {
        await self.writeAgain(work.markers)
        self.end(work)
      }
      state.retries[work.number] = retry
      if state.isStopped { retry.cancel() }
    }
  }

  private func end(_ work: Work) {
    state.withLock { state in
      state.retries[work.number] = nil
      let id = work.markers.transactionalID
      guard state.works[id]?.number == work.number else { return }
      state.works[id] = nil
      state.behind.remove(id)
    }
    work.whole.complete()
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
      let batch = markers.batch(at: broker.time.now)
      for (topic, partitions) in markers.partitions.sorted(by: { $0.key < $1.key }) {
        for partition in partitions.sorted() {
          try await broker.writeMarker(markers, batch, topic, partition)
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
