internal import Varve

/// One run of an ``IdempotentHandler``: a member of its group, and the marks of its partitions.
struct IdempotentLoop {
  private let options: IdempotentHandler.Options
  private let marksTopic: String
  private let transactions: Transactions
  private let consumer: GroupConsumer
  private let held: HeldMarks
  /// Reads the marks of a partition.
  private let load: (Int32) async throws(QueueError) -> ProcessedMarks
  /// Told of records that are left out.
  private let onDuplicates: (Int) -> Void

  init(
    _ options: IdempotentHandler.Options, marksTopic: String, _ transactions: Transactions,
    _ consumer: GroupConsumer, _ held: HeldMarks, onDuplicates: @escaping (Int) -> Void,
    load: @escaping (Int32) async throws(QueueError) -> ProcessedMarks
  ) {
    self.options = options
    self.marksTopic = marksTopic
    self.transactions = transactions
    self.consumer = consumer
    self.held = held
    self.onDuplicates = onDuplicates
    self.load = load
  }

  /// How the member takes part: it forgets the marks of partitions that it gives up.
  static func options(
    _ options: GroupConsumer.Options, _ held: HeldMarks
  ) -> GroupConsumer.Options {
    var changed = options
    changed.commit = .manual
    changed.reading.isolation = .readCommitted
    changed.onRebalance = { consumer, event in
      switch event {
      case .assigned(let partitions), .revoked(let partitions), .lost(let partitions):
        held.drop(partitions)
      }
      await options.onRebalance(consumer, event)
    }
    return changed
  }

  /// Handles batches until the consumer is closed.
  func run(_ body: (Record, Transaction) async throws -> Void) async throws {
    do {
      for try await batch in consumer.batches { try await handle(batch, body) }
    } catch {
      await consumer.close()
      throw error
    }
    await consumer.close()
  }

  private func handle(
    _ batch: ConsumedBatch, _ body: (Record, Transaction) async throws -> Void
  ) async throws {
    var backoff = Backoff()
    while true {
      do {
        if !held.has(batch.partition) {
          held.hold(try await load(batch.partition), of: batch.partition)
        }
        return try await handleOnce(batch, body)
      } catch let error as VarveError where error.code == .notAssigned {
        return try await leave(batch)
      } catch let error as VarveError where error.isRetriable && backoff.next() {
        try await backoff.pause()
      }
    }
  }

  /// Handles what is new of a batch and marks it, as one.
  private func handleOnce(
    _ batch: ConsumedBatch, _ body: (Record, Transaction) async throws -> Void
  ) async throws {
    var marked: [IDHash: Timestamp] = [:]
    var duplicateCount = 0
    try await transactions.run { transaction in
      let expiry = options.time.now.advanced(by: options.timeToLive)
      for record in batch {
        guard let id = options.id(record) else {
          try await body(record, transaction)
          continue
        }
        let hash = IDHash(id)
        if marked[hash] != nil || held.contains(hash, of: batch.partition) {
          duplicateCount += 1
          continue
        }
        try await body(record, transaction)
        marked[hash] = expiry
        try await transaction.send(
          marksTopic, partition: batch.partition, key: id,
          value: ProcessedMarks.value(expiry: expiry))
      }
      try await transaction.commitOffset(after: batch, of: consumer)
    }
    held.insert(marked, of: batch.partition)
    onDuplicates(duplicateCount)
  }

  /// Leaves a batch to whoever has its partition, which may be this member again.
  private func leave(_ batch: ConsumedBatch) async throws {
    held.drop([batch.source])
    guard consumer.assignment.contains(batch.source), let first = batch.first(where: { _ in true })
    else { return }
    try await consumer.seek(
      batch.topic.description, partition: batch.partition, to: .offset(first.offset))
  }
}

extension Timestamp {
  /// The time after a duration; the last there is where it would be after that.
  func advanced(by duration: Duration) -> Timestamp {
    let (sum, isEndless) = rawValue.addingReportingOverflow(duration.milliseconds)
    return Timestamp(isEndless ? .max : sum)
  }
}
