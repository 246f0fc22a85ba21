internal import Varve

/// The one writer of a store at a time, and its readers.
///
/// Writers in other processes have the same transactional id, and shut each other out: where this
/// one's transaction commits, nobody else has written since it read the end, so what it decided by
/// is still so.
actor StoreEngine {
  private let varve: Varve
  private let topic: String
  private let transactionTimeout: Duration
  private let id = WriteID()
  private var transactions: Transactions?
  private var tails: [CommittedTail]
  private var table = StoreTable()
  /// The number of the plan's first record, and how many it has: numbers are not used again.
  private var firstNumber = 0
  private var lastWriteCount = 0
  /// The offsets of the plan's records, by number.
  private var offsets: [Int: Offset] = [:]

  init(
    _ varve: Varve, topic: String, partitionCount: Int32, transactionTimeout: Duration
  ) async throws(QueueError) {
    self.varve = varve
    self.topic = topic
    self.transactionTimeout = transactionTimeout
    var tails: [CommittedTail] = []
    for partition in 0..<partitionCount {
      tails.append(try await CommittedTail(varve, topic: topic, partition: partition))
    }
    self.tails = tails
  }

  /// Answers all of the calls. Not to be called again before it has.
  func perform(_ calls: [StoreCall]) async {
    do throws(QueueError) {
      let outcomes = try await calls.contains(where: \.isChange) ? change(calls) : read(calls)
      for (call, outcome) in zip(calls, outcomes) { answer(call, outcome) }
    } catch {
      if calls.count > 1 && !error.concernsAll {
        // One of them may be what the log refuses: the others are not to fail with it.
        for call in calls { await perform([call]) }
      } else {
        for call in calls { call.fail(error) }
      }
    }
  }

  /// Ends the writer. Its table is not used any more.
  func close() async { await transactions?.close() }

  // MARK: Reading

  private func catchUp() async throws(QueueError) {
    for index in tails.indices {
      var tail = tails[index]
      let outcome: Result<Void, QueueError>
      do throws(QueueError) {
        outcome = .success(try await tail.catchUp { for record in $0 { apply(record) } })
      } catch { outcome = .failure(error) }
      // Also where it failed: what was applied is not read again.
      tails[index] = tail
      try outcome.get()
    }
  }

  private func apply(_ record: Record) {
    table.apply(record)
    if let number = id.number(of: record) { offsets[number] = record.offset }
  }

  private func read(_ calls: [StoreCall]) async throws(QueueError) -> [StorePlan.Decision] {
    try await catchUp()
    return calls.map { _ in .success([]) }
  }

  private func answer(_ call: StoreCall, _ decision: StorePlan.Decision) {
    switch call {
    case .read(let key, let answer): answer.resume(returning: .success(table.entries[key]))
    case .readAll(let answer): answer.resume(returning: .success(table.entries))
    case .change(_, let answer):
      answer.resume(returning: decision.flatMap { self.outcomes(of: $0) })
    }
  }

  private func outcomes(
    of decisions: [StorePlan.Outcome]
  ) -> Result<[StoreOutcome], QueueError> {
    Result { () throws(QueueError) in
      var outcomes: [StoreOutcome] = []
      for decision in decisions { outcomes.append(try outcome(of: decision)) }
      return outcomes
    }
  }

  private func outcome(of decision: StorePlan.Outcome) throws(QueueError) -> StoreOutcome {
    switch decision {
    case .nothing: return .nothing
    case .kept(let entry): return .kept(entry)
    case .written(let index): return .written(try version(of: index))
    case .keptWritten(let index, let value):
      return .kept(StoreEntry(value: value, version: try version(of: index)))
    }
  }

  private func version(of index: Int) throws(QueueError) -> Offset {
    if let offset = offsets[firstNumber + index] { return offset }
    throw QueueError(
      .unknownOutcome, "the record of the change is not in '\(topic)' any more: read it again")
  }

  // MARK: Writing

  private func change(_ calls: [StoreCall]) async throws(QueueError) -> [StorePlan.Decision] {
    var backoff = Backoff()
    while true {
      do throws(QueueError) { return try await attempt(calls) } catch {
        if error.isFenced { await forgetTransactions() }
        guard error.isFenced || error.isRetriable, backoff.next() else { throw error }
      }
      try await backoff.pause()
    }
  }

  /// Makes the changes of all callers in one transaction, by what is in the log before it.
  private func attempt(_ calls: [StoreCall]) async throws(QueueError) -> [StorePlan.Decision] {
    let transaction = try await begin()
    let decisions: [StorePlan.Decision]
    do throws(QueueError) {
      try await catchUp()
      let plan = plan(calls)
      decisions = plan.decisions
      try await send(plan.writes, in: transaction)
    } catch {
      // What the abort fails with comes up in the next transaction.
      try? await transaction.abort()
      throw error
    }
    try await commit(transaction)
    if lastWriteCount == 0 { return decisions }
    do throws(QueueError) { try await catchUp() } catch {
      throw QueueError(
        .unknownOutcome, "the change is made, but could not be read back: \(error)", cause: error)
    }
    return decisions
  }

  /// A function of its own, so that the plan is gone when the table changes: they share its memory.
  private func plan(
    _ calls: [StoreCall]
  ) -> (writes: [EncodedChange], decisions: [StorePlan.Decision]) {
    var plan = StorePlan(on: table.entries)
    let decisions = calls.map { plan.decide($0) }
    return (plan.writes, decisions)
  }

  private func begin() async throws(QueueError) -> Transaction {
    do throws(VarveError) {
      if let transactions { return try await transactions.begin() }
      var options = Transactions.Options()
      options.timeout = transactionTimeout
      let new = try varve.transactions("varve-store-\(topic)", options: options)
      transactions = new
      return try await new.begin()
    } catch { throw QueueError(error) }
  }

  /// Another writer was here. The next transaction shuts that one out.
  private func forgetTransactions() async {
    await transactions?.close()
    transactions = nil
  }

  private func send(
    _ writes: [EncodedChange], in transaction: Transaction
  ) async throws(QueueError) {
    firstNumber += lastWriteCount
    lastWriteCount = writes.count
    offsets = [:]
    do throws(VarveError) {
      for (index, write) in writes.enumerated() {
        try await transaction.send(
          topic, key: write.key, value: write.value, headers: [id.header(firstNumber + index)])
      }
    } catch { throw QueueError(error) }
  }

  private func commit(_ transaction: Transaction) async throws(QueueError) {
    var backoff = Backoff()
    while true {
      do throws(VarveError) { return try await transaction.commit() } catch {
        guard error.code == .unknownOutcome, backoff.next() else { throw QueueError(error) }
      }
      try await backoff.pause()
    }
  }
}

extension QueueError {
  /// Whether another producer has begun with the transactional id.
  fileprivate var isFenced: Bool { (cause as? VarveError)?.code == .fenced }

  /// Whether it has nothing to do with what one of several callers asked for.
  fileprivate var concernsAll: Bool { [.closed, .cancelled, .unknownOutcome].contains(code) }
}
