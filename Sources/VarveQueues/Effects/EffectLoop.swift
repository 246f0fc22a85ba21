internal import Synchronization
public import Varve

/// How records are processed into a store.
public struct EffectOptions: Sendable {
  /// How long an id is remembered after its record was processed.
  public var timeToLive = Duration.days(7)
  /// The id of a record, by which copies of a message are told; nil for one that has none.
  public var id: @Sendable (Record) -> ByteSlice? = { $0.header(QueueHeaders.messageID) }
  /// How the consumer takes part in its group. Only records that are committed are read, and the
  /// group is told of progress that the store has, whatever these say.
  public var consumer = GroupConsumer.Options()
  package var time: any TimeSource = SystemTime()

  public init() {}
}

/// One run of processing into a store.
struct EffectLoop<Store: EffectStore>: Sendable {
  let store: Store
  let consumer: GroupConsumer
  let options: EffectOptions
  let resumed: ResumedPartitions
  let body: @Sendable (Record, Store.Writer) throws -> Void

  func run() async throws {
    do {
      for try await batch in consumer.batches where try await isInPlace(batch) {
        try await process(batch)
      }
    } catch {
      await consumer.close()
      throw error
    }
    await consumer.close()
  }

  /// Goes to where the store is in a partition that the member has just got. False where that is
  /// another place than the batch's.
  private func isInPlace(_ batch: ConsumedBatch) async throws -> Bool {
    guard resumed.add(batch.source) else { return true }
    let (source, group) = (batch.source, consumer.group)
    let progress = try await store.withTransaction { try $0.progress(of: source, in: group) }
    guard let progress, let first = batch.first(where: { _ in true })?.offset,
      progress < first || progress > batch.nextOffset
    else { return true }
    try await consumer.seek(
      batch.topic.description, partition: batch.partition, to: .offset(progress))
    return false
  }

  private func process(_ batch: ConsumedBatch) async throws {
    let (options, body, group) = (options, body, consumer.group)
    try await store.withTransaction { writer in
      // Others may have had the partition meanwhile: what they did is not done again.
      let progress = try writer.progress(of: batch.source, in: group) ?? 0
      guard progress < batch.nextOffset else { return }
      let now = options.time.now
      for record in batch where record.offset >= progress {
        if let id = options.id(record),
          try !writer.remember(
            id, in: group, until: now.advanced(by: options.timeToLive), now: now)
        {
          continue
        }
        try body(record, writer)
      }
      try writer.storeProgress(batch.nextOffset, of: batch.source, in: group, now: now)
    }
    do { try await consumer.commit(batch) } catch {
      // The partition's next member finds the store's progress.
      guard error.code == .notAssigned else { throw error }
    }
  }
}

/// The partitions that were gone to where the store is, since the member got them.
final class ResumedPartitions: Sendable {
  private let partitions = Mutex<Set<TopicPartition>>([])

  /// False where it was there already.
  func add(_ partition: TopicPartition) -> Bool {
    partitions.withLock { $0.insert(partition).inserted }
  }

  func remove(_ gone: [TopicPartition]) { partitions.withLock { $0.subtract(gone) } }
}

extension Varve {
  /// Processes records into a store: for each batch of a consumer group, what `body` writes, the
  /// ids of the records and the group's progress are one transaction of the store. Effectively
  /// once: whatever crashes, the store has what comes of each record, and of each id, exactly once.
  ///
  /// ```swift
  /// let database = try await SQLiteStore(path: "billing.db")
  /// try await varve.process(group: "billing", topics: ["orders"], into: database) { order, row in
  ///   try row.execute("INSERT INTO bills (customer) VALUES (?)", [.text(order.keyText ?? "")])
  /// }
  /// ```
  ///
  /// The store knows how far the group is; the log is told of it after that, for its lag. A store
  /// that was set back to an earlier day gets the records since then again, if they are there.
  ///
  /// It goes on until the task is cancelled, which throws `.cancelled`, or the log is closed.
  ///
  /// - Parameters:
  ///   - group: the consumer group.
  ///   - topics: what it reads.
  ///   - store: where what comes of records is kept.
  ///   - options: how records are recognised, and the consumer takes part.
  ///   - body: processes a record, on a thread of the store's that it may block. What it throws
  ///     undoes the transaction of its batch and ends the processing.
  /// - Throws: what the body throws; what the store throws; a `VarveError`.
  public func process<Store: EffectStore>(
    group: String, topics: Subscription, into store: Store,
    options: EffectOptions = EffectOptions(),
    _ body: @escaping @Sendable (Record, Store.Writer) throws -> Void
  ) async throws {
    let resumed = ResumedPartitions()
    var consuming = options.consumer
    consuming.commit = .manual
    consuming.reading.isolation = .readCommitted
    let theirs = options.consumer.onRebalance
    consuming.onRebalance = { consumer, event in
      switch event {
      case .assigned(let partitions), .revoked(let partitions), .lost(let partitions):
        resumed.remove(partitions)
      }
      await theirs(consumer, event)
    }
    let consumer = try await consumer(group: group, topics: topics, options: consuming)
    let loop = EffectLoop(
      store: store, consumer: consumer, options: options, resumed: resumed, body: body)
    try await loop.run()
  }
}
