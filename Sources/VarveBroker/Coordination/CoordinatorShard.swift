internal import Synchronization
package import VarveBase
package import VarveCoordination
internal import VarveLog

/// One partition of an internal topic and the coordinator that it holds.
///
/// An operation runs on the value under a lock, and its records are appended as one batch before
/// the lock is left: the log has them in the order of the decisions. The reply waits until all that
/// it may have seen counts as done by the topic's durability. Where an append fails the value is
/// dropped and loaded from the log again, so that nothing is answered that is not stored.
///
/// May be used from any thread.
package final class CoordinatorShard<State: Coordinator>: Sendable {
  package let partition: Partition
  let time: any TimeSource
  private let timer: CoordinatorTimer
  private let effects: any CoordinatorEffects<State.Effect>
  private let logger: Logger
  private let empty: @Sendable () -> State
  private let guarded: Mutex<Guarded>

  struct Guarded: ~Copyable {
    var coordinator: State
    var builder = RecordBatchBuilder()
    /// Why there is no coordinator now.
    var failure: LogError?
    /// A sync failed: what is stored is not known before the log is opened again.
    var isLost = false
    /// Up to where records have to be synced before anybody is told of them.
    var unsyncedEnd: Offset = 0
    /// What the timer was told last.
    var alarm: Int64?
    /// What became of the coordinator under the lock, to be told once it is left.
    var reloaded: Reloaded?
  }

  /// A coordinator that was dropped and loaded again.
  struct Reloaded: Sendable {
    /// Nil for the first time.
    let reason: CoordinatorError?
    let effects: [State.Effect]
  }

  package typealias Operation<Reply> =
    (inout State, Moment) throws(CoordinatorError) -> Decision<State.Record, Reply, State.Effect>

  /// Loads the coordinator. Where the log cannot be read, operations are refused with the reason,
  /// and each tries again.
  package init(
    _ partition: Partition, time: any TimeSource, timer: CoordinatorTimer, logger: Logger,
    effects: any CoordinatorEffects<State.Effect>, empty: @escaping @Sendable () -> State
  ) {
    self.partition = partition
    self.time = time
    self.timer = timer
    self.effects = effects
    self.logger = logger
    self.empty = empty
    guarded = Mutex(Guarded(coordinator: empty()))
    timer.register(partition.id) { [weak self] in self?.expire() }
    do throws(CoordinatorError) {
      try exclusively { guarded in load(&guarded, because: nil) }
    } catch { preconditionFailure("loading keeps its errors: \(error)") }
  }

  // MARK: Operations

  /// Runs an operation and returns its reply once everything that it rests on counts as done.
  ///
  /// `producer` makes its records part of that producer's transaction. Throws what the operation
  /// throws, and then nothing has changed; `COORDINATOR_NOT_AVAILABLE` where the log failed.
  package func run<Reply: Sendable>(
    as producer: ProducerIdentity? = nil, _ operation: Operation<Reply>
  ) async throws(CoordinatorError) -> Reply {
    try await finish(try decide(as: producer, operation))
  }

  /// As `run`, for a caller that carries out itself what was decided beside the records.
  func runReturningEffects<Reply: Sendable>(
    _ operation: Operation<Reply>
  ) async throws(CoordinatorError) -> (reply: Reply, effects: [State.Effect]) {
    let (decision, end) = try decide(as: nil, operation)
    try await waitUntilDone(end)
    return (decision.reply, decision.effects)
  }

  /// An operation whose records are appended, and up to where they have to be synced.
  typealias Decided<Reply: Sendable> = (Decision<State.Record, Reply, State.Effect>, end: Offset?)

  /// The second half of `run`.
  func finish<Reply: Sendable>(
    _ decided: Decided<Reply>
  ) async throws(CoordinatorError) -> Reply {
    try await waitUntilDone(decided.end)
    effects.perform(decided.0.effects)
    return decided.0.reply
  }

  /// As `run`, blocking the thread where a sync has to be waited for.
  package func runBlocking<Reply: Sendable>(
    _ operation: Operation<Reply>
  ) throws(CoordinatorError) -> Reply {
    let (decision, end) = try decide(as: nil, operation)
    try blockUntilDone(end)
    effects.perform(decision.effects)
    return decision.reply
  }

  /// What the coordinator says of itself.
  package func read<Reply: Sendable>(
    _ body: (State) throws(CoordinatorError) -> Reply
  ) async throws(CoordinatorError) -> Reply {
    try await run { (state, _) throws(CoordinatorError) in Decision(try body(state)) }
  }

  /// What the coordinator says of itself now, whether or not that counts as done: for numbers that
  /// nobody rests on, from any thread, without a wait for the disk.
  func glance<Reply: Sendable>(
    _ body: (State) throws(CoordinatorError) -> Reply
  ) throws(CoordinatorError) -> Reply {
    let (decision, _) = try decide(as: nil) { (state, _) throws(CoordinatorError) in
      Decision(try body(state))
    }
    return decision.reply
  }

  /// Ends a producer's transaction in this partition: appends the marker, and makes what was
  /// pending count or not.
  package func completeTransaction(
    of producer: ProducerIdentity, coordinatorEpoch: Int32, commits: Bool
  ) async throws(CoordinatorError) {
    try await waitUntilDone(end(producer, coordinatorEpoch, commits))
  }

  /// As `completeTransaction`, blocking the thread where a sync has to be waited for.
  func completeTransactionBlocking(
    of producer: ProducerIdentity, coordinatorEpoch: Int32, commits: Bool
  ) throws(CoordinatorError) {
    try blockUntilDone(end(producer, coordinatorEpoch, commits))
  }

  /// Returns up to where a sync has to be waited for.
  private func end(
    _ producer: ProducerIdentity, _ coordinatorEpoch: Int32, _ commits: Bool
  ) throws(CoordinatorError) -> Offset? {
    try exclusively { guarded throws(CoordinatorError) in
      try checkLoaded(&guarded)
      try storeMarker(of: producer, coordinatorEpoch, commits, &guarded)
      guarded.coordinator.replayMarker(producerID: producer.id, commits: commits)
      setAlarm(&guarded)
      return awaitedEnd(guarded)
    }
  }

  /// Does what is due by the clock.
  private func expire() {
    guarded.withLock { $0.alarm = nil }
    post { (state, now) in state.expire(at: now) }
  }

  /// Runs an operation that nobody waits for. What fails is told to the logger.
  package func post(_ operation: Operation<Void>) {
    do throws(CoordinatorError) {
      let (decision, end) = try decide(as: nil, operation)
      guard let end else { return effects.perform(decision.effects) }
      partition.whenDurable(upTo: end) { result in
        switch result {
        case .success: self.effects.perform(decision.effects)
        case .failure(let error): _ = self.lose(error)
        }
      }
    } catch {
      logger.log(
        .error, "a coordinator could not store what it decided by itself",
        [.partition: partition.id.description, .error: error.description])
    }
  }

  /// The first half of `run`.
  func decide<Reply: Sendable>(
    as producer: ProducerIdentity?, _ operation: Operation<Reply>
  ) throws(CoordinatorError) -> Decided<Reply> {
    try exclusively { guarded throws(CoordinatorError) in
      try checkLoaded(&guarded)
      let decision = try operation(&guarded.coordinator, Moment(time))
      do throws(LogError) {
        try store(decision.records, isAtomic: decision.isAtomic, producer, &guarded)
      } catch {
        let reason = CoordinatorError(storing: error)
        load(&guarded, because: reason)
        throw reason
      }
      setAlarm(&guarded)
      return (decision, awaitedEnd(guarded))
    }
  }

  private func waitUntilDone(_ end: Offset?) async throws(CoordinatorError) {
    guard let end else { return }
    do throws(LogError) { try await partition.waitUntilDurable(upTo: end) } catch {
      throw lose(error)
    }
  }

  private func blockUntilDone(_ end: Offset?) throws(CoordinatorError) {
    guard let end else { return }
    do throws(LogError) { try partition.blockUntilDurable(upTo: end) } catch { throw lose(error) }
  }

  /// A sync failed: the value knows of records that may be lost, and so does the log.
  private func lose(_ error: LogError) -> CoordinatorError {
    guarded.withLock { guarded in
      guarded.coordinator = empty()
      guarded.failure = error
      guarded.isLost = true
    }
    let reason = CoordinatorError(storing: error)
    effects.stateLost(reason)
    return reason
  }

  // MARK: Under the lock

  /// Calls `body` with the lock held, and tells of a coordinator that was loaded meanwhile after
  /// it is left: who is told may come back with an operation.
  private func exclusively<Result: Sendable>(
    _ body: (inout Guarded) throws(CoordinatorError) -> Result
  ) throws(CoordinatorError) -> Result {
    let (outcome, reloaded) = guarded.withLock { guarded in
      let outcome: Swift.Result<Result, CoordinatorError>
      do throws(CoordinatorError) { outcome = .success(try body(&guarded)) } catch {
        outcome = .failure(error)
      }
      return (outcome, guarded.reloaded.take())
    }
    if let reloaded {
      if let reason = reloaded.reason { effects.stateLost(reason) }
      effects.perform(reloaded.effects)
    }
    return try outcome.get()
  }

  private func checkLoaded(_ guarded: inout Guarded) throws(CoordinatorError) {
    // A failed sync and a damaged log do not pass; a disk that was full, or not read, may.
    if guarded.failure?.code == .io, !guarded.isLost { load(&guarded, because: nil) }
    if let failure = guarded.failure { throw CoordinatorError(storing: failure) }
  }

  private func awaitedEnd(_ guarded: borrowing Guarded) -> Offset? {
    guarded.unsyncedEnd > partition.log.flushedOffset ? guarded.unsyncedEnd : nil
  }

  /// The timer is told of deadlines that come nearer only; one that moved away is found out when
  /// the old one comes up.
  private func setAlarm(_ guarded: inout Guarded, notBefore earliest: Int64 = .min) {
    guard let next = guarded.coordinator.nextDeadline.map({ max($0, earliest) }),
      next < guarded.alarm ?? Int64.max
    else { return }
    guarded.alarm = next
    timer.set(partition.id, at: next)
  }

  /// Makes the coordinator anew from the log, or notes why that cannot be.
  private func load(_ guarded: inout Guarded, because reason: CoordinatorError?) {
    guarded.failure = nil
    guarded.coordinator = empty()
    do throws(LogError) {
      try CoordinatorLog.replay(partition.log, into: &guarded.coordinator)
      let decision = guarded.coordinator.loaded(at: Moment(time))
      try store(decision.records, isAtomic: decision.isAtomic, nil, &guarded)
      // What is due and could not be stored is not tried again at once, over and over.
      let pause: Int64 = reason == nil ? 0 : 1_000
      setAlarm(&guarded, notBefore: Moment(time).uptime + pause)
      guarded.reloaded = Reloaded(reason: reason, effects: decision.effects)
    } catch {
      guarded.coordinator = empty()
      guarded.failure = error
      guarded.reloaded = Reloaded(reason: reason, effects: [])
      logger.log(
        .error, "a coordinator could not be loaded; requests to it are refused",
        [.partition: partition.id.description, .error: error.description])
    }
  }
}
