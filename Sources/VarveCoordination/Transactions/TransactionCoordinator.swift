internal import VarveBase
package import VarveProtocol

/// The transactions of many transactional ids: of one partition of `__transaction_state` (KIP-98,
/// KIP-360, KIP-890).
///
/// Requests come with the version of the message that asked: it decides between the errors that old
/// and new clients understand, and whether the epoch goes up with every transaction. Methods that
/// throw have changed nothing.
package struct TransactionCoordinator: Sendable {
  package let settings: TransactionSettings
  /// The leader epoch of the coordinator's partition. Logs refuse markers of an earlier one.
  package let coordinatorEpoch: Int32

  /// The transactional ids as they are stored.
  package private(set) var transactions: [String: TransactionState] = [:]

  /// The epoch before the present one, of a producer that was given a new epoch and may ask again
  /// if it did not hear of it. Forgotten on a restart, as in Kafka: the producer is fenced then.
  private var epochsBefore: [String: Int16] = [:]
  /// When a transaction times out, or an id without one is forgotten.
  private var deadlines = DeadlineQueue<String>()

  package init(_ settings: TransactionSettings = TransactionSettings(), coordinatorEpoch: Int32) {
    self.settings = settings
    self.coordinatorEpoch = coordinatorEpoch
  }

  /// Brings what a record says into the state. A status that no Kafka stores forgets the id.
  package mutating func replay(_ record: TransactionRecord) {
    transactions[record.transactionalID] = record.value.flatMap { TransactionState($0) }
  }

  /// Starts timers, and writes the markers of decided transactions again, once all records are
  /// replayed.
  package mutating func loaded(at now: Moment) -> TransactionDecision<Void> {
    var decision = TransactionDecision<Void>()
    for (id, state) in transactions.sorted(by: { $0.key < $1.key }) {
      deadlines.set(id, at: deadline(of: state, now))
      if state.status.isPrepared { decision.effects.append(markers(id, state)) }
    }
    return decision
  }

  /// The uptime at which `expire` has something to do.
  package var nextDeadline: Int64? { deadlines.next }

  /// Aborts transactions that have been open for too long, and forgets ids that have not been used.
  package mutating func expire(at now: Moment) -> TransactionDecision<Void> {
    var decision = TransactionDecision<Void>()
    // Ids have nothing to do with each other, and after a long rest many may be due.
    decision.isAtomic = false
    while let id = deadlines.popDue(by: now.uptime) {
      guard let state = transactions[id] else { continue }
      if state.status == .ongoing {
        fence(id, state, in: &decision, at: now)
      } else if !state.status.isPrepared {
        emit(TransactionRecord(id, nil), in: &decision, at: now)
      }
    }
    return decision
  }
}

// MARK: - Changes

extension TransactionCoordinator {
  /// Stores and applies a state. `epochBefore` is what the producer may still ask with.
  mutating func store<Reply>(
    _ id: String, _ state: TransactionState, epochBefore: Int16? = nil,
    in decision: inout TransactionDecision<Reply>, at now: Moment
  ) {
    emit(TransactionRecord(id, state.value), in: &decision, at: now)
    epochsBefore[id] = epochBefore
    if state.status.isPrepared { decision.effects.append(markers(id, state)) }
  }

  private mutating func emit<Reply>(
    _ record: TransactionRecord, in decision: inout TransactionDecision<Reply>, at now: Moment
  ) {
    let id = record.transactionalID
    decision.records.append(record)
    replay(record)
    if transactions[id] == nil { epochsBefore[id] = nil }
    deadlines.set(id, at: transactions[id].flatMap { deadline(of: $0, now) })
  }

  /// Decides the outcome of a transaction. Producers of KIP-890 have the next epoch afterwards, and
  /// if there is none left, `nextProducerID`.
  mutating func prepare<Reply>(
    _ id: String, _ state: TransactionState, commits: Bool, bumpsEpoch: Bool,
    nextProducerID: Int64 = -1, in decision: inout TransactionDecision<Reply>, at now: Moment
  ) {
    var next = state
    next.status = commits ? .prepareCommit : .prepareAbort
    next.lastUpdate = now.wallClock
    if state.status != .ongoing {
      next.partitions = [:]
      next.startTime = now.wallClock
    }
    next.clientVersion = bumpsEpoch ? 2 : 0
    next.nextProducerID = nextProducerID
    if bumpsEpoch { next.epoch = Self.epoch(after: state.epoch) }
    let epochBefore = bumpsEpoch ? state.epoch : epochsBefore[id]
    store(id, next, epochBefore: epochBefore, in: &decision, at: now)
  }

  /// Aborts an open transaction on behalf of another than its producer, which is shut out: its
  /// epoch goes up by two, one more than if it had ended the transaction itself.
  mutating func fence<Reply>(
    _ id: String, _ state: TransactionState, in decision: inout TransactionDecision<Reply>,
    at now: Moment
  ) {
    var fenced = state
    fenced.epoch = Self.epoch(after: state.epoch)
    prepare(id, fenced, commits: false, bumpsEpoch: true, in: &decision, at: now)
    epochsBefore[id] = nil
  }

  private static func epoch(after epoch: Int16) -> Int16 {
    epoch < TransactionState.epochMax ? epoch + 1 : epoch
  }

  func epochBefore(_ id: String) -> Int16? { epochsBefore[id] }

  private func markers(_ id: String, _ state: TransactionState) -> TransactionEffect {
    .writeMarkers(
      TransactionMarkers(
        transactionalID: id, producerID: state.producerID, producerEpoch: state.epoch,
        isCommit: state.status.isCommit ?? false, coordinatorEpoch: coordinatorEpoch,
        partitions: state.partitions))
  }

  private func deadline(of state: TransactionState, _ now: Moment) -> Int64? {
    switch state.status {
    case .prepareCommit, .prepareAbort: nil
    case .ongoing: now.uptime(Int64(state.timeout), after: state.startTime)
    case .empty, .completeCommit, .completeAbort:
      now.uptime(settings.idExpiration, after: state.lastUpdate)
    }
  }
}

extension TransactionCoordinator: Coordinator {
  /// Its records are never part of transactions themselves.
  package mutating func replay(_ record: TransactionRecord, producerID: Int64?) { replay(record) }

  package mutating func replayMarker(producerID: Int64, commits: Bool) {}
}

extension Moment {
  /// The uptime at which `milliseconds` have passed since a time of the wall clock: at once where
  /// they have already, and no later than in `milliseconds`, should the clock have gone back.
  fileprivate func uptime(_ milliseconds: Int64, after time: Timestamp) -> Int64 {
    let (passed, overflow) = wallClock.rawValue.subtractingReportingOverflow(time.rawValue)
    if overflow { return uptime }
    return uptime + max(0, milliseconds - max(0, passed))
  }
}
