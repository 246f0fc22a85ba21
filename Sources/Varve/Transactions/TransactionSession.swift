internal import Synchronization
internal import VarveBase
internal import VarveCoordination
internal import VarveLog
internal import VarveProtocol

/// The identity of a transactional producer, and where its transaction is: what Kafka's clients
/// call the transaction manager (KIP-98, KIP-890).
///
///     new ──begin()──▶ open ──end()──▶ idle ──begin()──▶ open …
///                       │ no answer
///                       ▼
///                   undecided ──begin(), which asks again──▶ open
///
/// and from anywhere to `ended`, with an error that no repetition mends.
final class TransactionSession: Sendable {
  enum Phase {
    case new
    case idle
    case open
    /// The coordinator was told to end the transaction, and did not answer.
    case undecided(commits: Bool)
    case ended(VarveError)
  }

  let id: String
  let client: any TransactionClient
  private let timeout: Int32
  private let state = Mutex(State())

  private struct State {
    var phase = Phase.new
    /// Whether a call is under way, so that another one would be the user's mistake.
    var isBusy = false
    var identity: ProducerIdentity?
  }

  init(_ id: String, timeout: Int32, client: any TransactionClient) {
    self.id = id
    self.timeout = timeout
    self.client = client
  }

  var identity: ProducerIdentity? { state.withLock { $0.identity } }

  /// Begins a transaction, having become the producer of the id and ended what was left open.
  /// Returns the identity that its batches carry.
  func begin(_ patience: Patience) async throws(VarveError) -> ProducerIdentity {
    try await exclusively { (phase) throws(VarveError) in
      if case .open = phase {
        throw VarveError(
          .invalidTransactionState,
          "'\(id)' has an open transaction: one at a time; use another id for another")
      }
      try await settle(phase, patience)
      guard let identity else { throw .closed("the transactions of '\(id)'") }
      state.withLock { $0.phase = .open }
      return identity
    }
  }

  /// As `begin`, where nothing has to be asked of the coordinator; nil where it has to be.
  func beginAtOnce() -> ProducerIdentity? {
    if client.isCompleting(id) { return nil }
    return state.withLock { state in
      guard !state.isBusy, case .idle = state.phase, let identity = state.identity else {
        return nil
      }
      state.phase = .open
      return identity
    }
  }

  /// Puts partitions into the open transaction at once, which each of them would join with its
  /// first batch otherwise: one record of the coordinator instead of one a partition.
  func join(_ partitions: [TopicPartition]) async {
    guard partitions.count > 1, let identity else { return }
    await client.join(partitions, to: id, of: identity)
  }

  /// Whether it is not known if the last transaction was committed.
  var isCommitUndecided: Bool {
    state.withLock { state in
      if case .undecided(commits: true) = state.phase { true } else { false }
    }
  }

  var isOpen: Bool {
    state.withLock { state in
      if case .open = state.phase { true } else { false }
    }
  }

  /// Becomes the producer of the id, and ends what was left open.
  func prepare(_ patience: Patience) async throws(VarveError) {
    try await exclusively { (phase) throws(VarveError) in
      try await settle(phase, patience)
    }
  }

  private func settle(_ phase: Phase, _ patience: Patience) async throws(VarveError) {
    switch phase {
    case .ended(let error): throw error
    case .new: try await start(patience)
    case .undecided(let commits): try await decide(commits: commits, patience)
    case .idle, .open: break
    }
    try await asking(patience) { () throws(CoordinatorError) in
      guard client.isCompleting(id) else { return }
      throw CoordinatorError(
        .concurrentTransactions, "the last transaction of '\(id)' is not written everywhere yet")
    }
  }

  /// Ends the open transaction. `isEmpty` tells that nothing was ever put into it.
  func end(commits: Bool, isEmpty: Bool, _ patience: Patience) async throws(VarveError) {
    try await exclusively { (phase) throws(VarveError) in
      if case .ended(let error) = phase { throw error }
      if isEmpty {
        state.withLock { $0.phase = .idle }
      } else {
        try await decide(commits: commits, patience)
      }
    }
  }

  /// No transaction is begun any more.
  func close() {
    state.withLock { state in
      if case .ended = state.phase { return }
      state.phase = .ended(.closed("the transactions of '\(id)'"))
    }
  }

  private func exclusively<Result: Sendable>(
    _ body: (Phase) async throws(VarveError) -> Result
  ) async throws(VarveError) -> Result {
    let phase = try state.withLock { state throws(VarveError) in
      if state.isBusy {
        throw VarveError(
          .invalidTransactionState, "a transaction of '\(id)' is just being begun or ended")
      }
      state.isBusy = true
      return state.phase
    }
    defer { state.withLock { $0.isBusy = false } }
    return try await body(phase)
  }

  private func start(_ patience: Patience) async throws(VarveError) {
    var request = InitProducerIdRequest()
    request.transactionalID = id
    request.transactionTimeoutMilliseconds = timeout
    let asked = request
    let response = try await asking(patience) { () throws(CoordinatorError) in
      try await client.initProducer(asked)
    }
    state.withLock { state in
      state.identity = ProducerIdentity(id: response.producerID, epoch: response.producerEpoch)
      state.phase = .idle
    }
  }

  private func decide(commits: Bool, _ patience: Patience) async throws(VarveError) {
    guard let identity else { return }
    state.withLock { $0.phase = .undecided(commits: commits) }
    var request = EndTxnRequest()
    request.transactionalID = id
    request.producerID = identity.id
    request.producerEpoch = identity.epoch
    request.isCommit = commits
    let asked = request
    let response: EndTxnResponse
    do throws(VarveError) {
      response = try await asking(patience) { () throws(CoordinatorError) in
        try await client.end(asked)
      }
    } catch {
      guard commits, error.isRetriable else { throw error }
      throw VarveError(
        .unknownOutcome,
        "it is not known whether the transaction of '\(id)' is committed; commit it again to learn "
          + "it: \(error.message)", cause: error.cause)
    }
    state.withLock { state in
      state.identity = ProducerIdentity(id: response.producerID, epoch: response.producerEpoch)
      if case .undecided = state.phase { state.phase = .idle }
    }
  }

  /// Asks the coordinator until there is an answer. One that is final ends the session.
  private func asking<Reply>(
    _ patience: Patience, _ body: () async throws(CoordinatorError) -> Reply
  ) async throws(VarveError) -> Reply {
    var attempt = Attempts()
    while true {
      do throws(CoordinatorError) { return try await body() } catch {
        guard error.isRetriable, !patience.isOver, attempt.next() else {
          throw noting(VarveError(error))
        }
        try await attempt.pause()
      }
    }
  }

  /// Another producer has the id, or the coordinator has aborted what took too long: then nothing
  /// that this one does counts any more.
  func noting(_ error: VarveError) -> VarveError {
    guard error.isOfReplacedProducer else { return error }
    let reason = VarveError(
      .fenced,
      """
      '\(id)' was shut out: another producer began with the same id, or a transaction was open \
      for more than its timeout (\(timeout) ms). \(error.message)
      """, partition: error.partition, cause: error.cause)
    state.withLock { $0.phase = .ended(reason) }
    return reason
  }
}

extension VarveError {
  /// Whether a producer is refused because its epoch is over.
  fileprivate var isOfReplacedProducer: Bool {
    switch cause {
    case let error as CoordinatorError:
      [.producerFenced, .invalidProducerEpoch, .transactionCoordinatorFenced].contains(error.code)
    case let error as LogError: error.code == .invalidProducerEpoch
    default: false
    }
  }
}
