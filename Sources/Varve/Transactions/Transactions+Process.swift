extension Transactions {
  /// Reads, processes and writes as one: for each batch of a consumer group, what `body` sends and
  /// the group's progress are one transaction. Effectively once: whatever crashes, readers of
  /// committed records see the outcome of each record exactly once.
  ///
  /// ```swift
  /// try await varve.transactions("invoices-1").process(group: "billing", topics: ["orders"]) {
  ///   batch, output in
  ///   for record in batch {
  ///     try await output.send("invoices", key: record.key, value: invoice(for: record))
  ///   }
  /// }
  /// ```
  ///
  /// It goes on until the task is cancelled, which throws `.cancelled`, or the log is closed. The
  /// member leaves the group when it ends.
  ///
  /// ## Errors
  /// What the body throws aborts the transaction and ends the processing, so that the group goes on
  /// at the same batch the next time. A ``VarveError`` that is retriable, such as a full disk, does
  /// not: the batch is processed again a few times first. A batch whose partition was given to
  /// another member is aborted and left to that.
  ///
  /// - Parameters:
  ///   - group: the consumer group. Each of its members that runs at once has transactions of its
  ///     own id.
  ///   - topics: what it reads.
  ///   - options: how it takes part. Offsets are committed with the transactions and only records
  ///     that are committed are read, whatever these say.
  ///   - body: processes a batch. It is not to end the transaction.
  /// - Throws: what the body throws; what a ``GroupConsumer`` ends with; `.fenced` where another
  ///   producer began with the id; `.unknownOutcome` where the coordinator did not answer to a
  ///   commit.
  public func process(
    group: String, topics: Subscription, options: GroupConsumer.Options = GroupConsumer.Options(),
    _ body: (_ batch: ConsumedBatch, _ output: Transaction) async throws -> Void
  ) async throws {
    var options = options
    options.commit = .manual
    options.reading.isolation = .readCommitted
    // Before the group is asked how far it is: that waits for what an earlier producer of the id
    // has left open.
    let session = session
    try await Patience.shielding { (patience) throws(VarveError) in
      try await session.prepare(patience)
    }
    let consumer = try await varve.consumer(group: group, topics: topics, options: options)
    do {
      for try await batch in consumer.batches { try await process(batch, of: consumer, body) }
    } catch {
      await consumer.close()
      throw error
    }
    await consumer.close()
  }

  private func process(
    _ batch: ConsumedBatch, of consumer: GroupConsumer,
    _ body: (ConsumedBatch, Transaction) async throws -> Void
  ) async throws {
    var attempt = Attempts()
    while true {
      do {
        return try await run { transaction in
          try await body(batch, transaction)
          try await transaction.commitOffset(after: batch, of: consumer)
        }
      } catch let error as VarveError where error.code == .notAssigned {
        return try await consumer.readAgain(batch)
      } catch let error as VarveError where error.isRetriable && attempt.next() {
        try await attempt.pause()
      }
    }
  }
}
