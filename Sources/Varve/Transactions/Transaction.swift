public import VarveBase
internal import VarveCoordination
internal import VarveProtocol

/// An open transaction: what is put into it counts once ``commit()`` has returned, or never.
///
/// Tasks may send at once. After ``commit()`` or ``abort()`` every call throws
/// `.invalidTransactionState`.
public final class Transaction: Sendable {
  private let transactions: Transactions
  private let calls = OpenCalls()
  /// Signalled when the last call that puts something in has ended, once it takes no more.
  private let ended = ChangeSignal()

  init(of transactions: Transactions) { self.transactions = transactions }

  /// Sends a record as part of the transaction. Returns once the producer has taken it; whether it
  /// was written shows in ``commit()``.
  ///
  /// - Parameters:
  ///   - topic: one that exists.
  ///   - partition: nil lets the key decide, as
  ///     ``Producer/send(_:partition:key:value:headers:timestamp:)`` does.
  ///   - key: nil for none.
  ///   - value: nil for a null value: a tombstone, in a compacted topic.
  ///   - headers: in the order in which readers get them.
  ///   - timestamp: nil for now.
  /// - Throws: `.recordTooLarge`, `.invalidRecord`, `.invalidTimestamp`,
  ///   `.unknownTopicOrPartition`: then it was not taken; `.cancelled` while it waits for room.
  public func send(
    _ topic: String, partition: Int32? = nil, key: (any Payload)? = nil, value: (any Payload)?,
    headers: [Header] = [], timestamp: Timestamp? = nil
  ) async throws(VarveError) {
    try enter()
    defer { leave() }
    let record = OutgoingRecord(
      partition: partition, headers: headers, timestamp: timestamp)
    try await transactions.core.enqueue(record, key, value, to: topic)
  }

  /// Makes the group go on after a batch once the transaction is committed, so that what came of
  /// the batch and the group's progress count together.
  ///
  /// - Throws: `.notAssigned` where the partition was given to another member, who reads the batch
  ///   again: abort then. `.fenced`, `.unavailable`.
  public func commitOffset(
    after batch: ConsumedBatch, of consumer: GroupConsumer
  ) async throws(VarveError) {
    try await commitOffsets([batch.source: OffsetAndMetadata(batch.nextOffset)], of: consumer)
  }

  /// As ``commitOffset(after:of:)``, for any offsets of partitions that the consumer reads
  /// (KIP-447).
  public func commitOffsets(
    _ offsets: [TopicPartition: OffsetAndMetadata], of consumer: GroupConsumer
  ) async throws(VarveError) {
    try enter()
    defer { leave() }
    let session = transactions.session
    guard let producer = session.identity else {
      throw .closed("the transactions of '\(session.id)'")
    }
    do throws(VarveError) {
      try await consumer.commit(offsets) { (group, offsets) throws(CoordinatorError) in
        try await group.commit(
          offsets, as: producer, in: session.id, by: session.client)
      }
    } catch { throw session.noting(error) }
  }

  /// Commits: writes what is left to write, and makes all of it count at once. It counts for every
  /// reader when this returns.
  ///
  /// - Throws: `.transactionAborted` where a record could not be written: then all of it was
  ///   aborted, and the same may succeed in another transaction. `.fenced` where another producer
  ///   has the id, or the transaction took too long: then it was aborted, too. `.unknownOutcome`
  ///   where the coordinator did not answer: calling this again asks again.
  public func commit() async throws(VarveError) {
    let isAgain = try beginEnd(commits: true)
    let (core, session) = (transactions.core, transactions.session)
    try await Patience.shielding { (patience) throws(VarveError) in
      let isEmpty = await self.drained()
      guard !isAgain else {
        return try await session.end(commits: true, isEmpty: isEmpty, patience)
      }
      await session.join(core.unsentPartitions)
      await core.flushed()
      guard let failure = core.takeFailure() else {
        return try await session.end(commits: true, isEmpty: isEmpty, patience)
      }
      let error = session.noting(failure)
      if error.code == .fenced { throw error }
      try await session.end(commits: false, isEmpty: isEmpty, patience)
      throw VarveError(
        .transactionAborted,
        "the transaction was aborted, as a record could not be written: \(error.message)",
        partition: error.partition, cause: error)
    }
  }

  /// Aborts: nothing of it will ever count.
  ///
  /// - Throws: `.fenced`, as ``commit()`` does, and `.unavailable` where the coordinator did not
  ///   answer: nothing of it counts all the same, and the next transaction begins with asking
  ///   again.
  public func abort() async throws(VarveError) {
    _ = try beginEnd(commits: false)
    let (core, session) = (transactions.core, transactions.session)
    try await Patience.shielding { (patience) throws(VarveError) in
      let isEmpty = await self.drained()
      // Batches that are under way would come late otherwise, and be taken for the next one's.
      await core.flushed()
      try await session.end(commits: false, isEmpty: isEmpty, patience)
    }
  }

  /// Aborts after an error, which is what is told to the user: what the abort fails with comes up
  /// in the next transaction.
  func giveUp() async { try? await abort() }

  // MARK: - Calls

  /// Takes no more. Returns whether a commit whose outcome is not known is tried again.
  private func beginEnd(commits: Bool) throws(VarveError) -> Bool {
    if calls.close() { return false }
    guard commits, transactions.session.isCommitUndecided else { throw refusal }
    return true
  }

  /// Waits for what is being put in. Returns whether nothing was.
  private func drained() async -> Bool {
    while true {
      let version = ended.version
      if calls.isIdle { return calls.isUnused }
      await ended.wait(after: version)
    }
  }

  private func enter() throws(VarveError) {
    guard calls.enter() else { throw refusal }
  }

  private func leave() {
    if calls.leave() { ended.signal() }
  }

  private var refusal: VarveError {
    VarveError(
      .invalidTransactionState,
      "the transaction of '\(transactions.id)' has ended: begin another one")
  }
}
