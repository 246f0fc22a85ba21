internal import Synchronization
public import Varve

/// Handles each message of a topic once, however often it was sent: remembers the ids of those that
/// were handled, each for a time of its own.
///
/// ```swift
/// let charges = try varve.idempotentHandler(
///   "charges-1", group: "charging", topic: "orders")
/// try await charges.run { record, output in
///   try await output.send("charges", key: record.key, value: record.value)
/// }
/// ```
///
/// What a handler sends by `output`, the mark that an id is handled, and the group's progress are
/// one transaction: whatever crashes, and whatever is sent twice, readers of committed records see
/// the outcome of each id once. What a handler does elsewhere, at a service or in a file, is not
/// undone by a crash: then it may be done again with the id, which is for that service to
/// recognise. The adapters for SQLite, PostgreSQL and Redis keep progress and ids there, with the
/// outcome.
///
/// ## Ids
/// An id is a record's header `varve.message.id`, or what ``Options/id`` makes of the record.
/// Copies of a message have to come in the same partition, as those with the same key do. A record
/// without an id is handled whenever it comes.
///
/// ## What it costs
/// Marks are kept in a compacted topic, with a partition for each of the topic's. About 50 bytes
/// and the id are written for each, and what a transaction takes for each batch. The ids of the
/// partitions that a member has are held in memory, 20 to 40 bytes each, and read from the marks
/// when it gets them.
public final class IdempotentHandler: Sendable {
  /// How a handler remembers.
  public struct Options: Sendable {
    /// How long an id is remembered after its message was handled: at least so long, and forgotten
    /// within a second after. No copy may come later than that.
    public var timeToLive = Duration.days(7)
    /// The topic of the marks, which is created where there is none; nil for
    /// `GROUP.TOPIC.processed`.
    public var marks: String?
    /// The id of a record; nil for one that has none.
    public var id: @Sendable (Record) -> ByteSlice? = { $0.header(QueueHeaders.messageID) }
    /// How the handler takes part in its group. Offsets are committed with the transactions, and
    /// only records that are committed are read, whatever these say.
    public var consumer = GroupConsumer.Options()
    /// How it produces.
    public var transactions = Transactions.Options()
    package var time: any TimeSource = SystemTime()

    public init() {}
  }

  /// The topic of the marks.
  public let marksTopic: String
  private let varve: Varve
  private let group: String
  private let topic: String
  private let options: Options
  private let transactions: Transactions
  private let duplicates = Mutex(0)

  init(
    _ varve: Varve, _ transactionalID: String, group: String, topic: String, options: Options
  ) throws(QueueError) {
    guard options.timeToLive >= .seconds(1) else {
      throw QueueError(
        .invalidArgument, "timeToLive must be a second at least, not \(options.timeToLive)")
    }
    self.varve = varve
    self.group = group
    self.topic = topic
    self.options = options
    marksTopic = options.marks ?? "\(group).\(topic).processed"
    do {
      transactions = try varve.transactions(transactionalID, options: options.transactions)
    } catch { throw QueueError(error) }
  }

  /// The records that were left out, since their ids had been handled.
  public var duplicateCount: Int { duplicates.withLock { $0 } }

  /// Handles the topic's records until the task is cancelled, which throws `.cancelled`, or the log
  /// is closed.
  ///
  /// What the body throws aborts the transaction of its batch and ends the handling, so that the
  /// group goes on at the same batch the next time. A `VarveError` that is retriable does not: the
  /// batch is handled again a few times first.
  ///
  /// - Parameter body: handles a record. It is not to end the transaction.
  /// - Throws: what the body throws; else a `VarveError` or a ``QueueError``.
  public func run(
    _ body: (_ record: Record, _ output: Transaction) async throws -> Void
  ) async throws {
    // Ends what an earlier run of the id has left open, before the group is asked how far it is.
    try await transactions.run { _ in }
    let held = HeldMarks()
    let consumer = try await varve.consumer(
      group: group, topics: .topics([topic]),
      options: IdempotentLoop.options(options.consumer, held))
    let loop = IdempotentLoop(
      options, marksTopic: marksTopic, transactions, consumer, held,
      onDuplicates: { count in self.duplicates.withLock { $0 += count } },
      load: { (partition) throws(QueueError) in try await self.marks(of: partition) })
    try await loop.run(body)
  }

  private func marks(of partition: Int32) async throws(QueueError) -> ProcessedMarks {
    // The topic may have grown.
    try await openMarks()
    return try await ProcessedMarks(
      varve, topic: marksTopic, partition: partition, time: options.time)
  }

  /// Makes the topic of the marks fit: a partition for each of the topic's, and marks that stay as
  /// long as they count.
  private func openMarks() async throws(QueueError) {
    let age = options.timeToLive + .hours(1)
    let partitions = try await partitionCount()
    let marks = try await varve.openTopic(
      marksTopic, partitions: partitions,
      config: [.cleanupPolicy(.compactAndDelete), .retention(age)])
    do throws(VarveError) {
      if marks.topic.partitionCount < partitions {
        try await varve.growTopic(marksTopic, to: partitions)
      }
      if let kept = marks.value(of: "retention.ms").flatMap({ Int64($0) }), kept >= 0,
        kept < age.milliseconds
      {
        try await varve.alterTopic(marksTopic, set: [.retention(age)])
      }
    } catch { throw QueueError(error) }
  }

  private func partitionCount() async throws(QueueError) -> Int32 {
    do { return try await varve.describeTopic(topic).topic.partitionCount } catch {
      throw QueueError(error)
    }
  }
}

extension Varve {
  /// A handler of each message of a topic once. Nothing is asked of the log before it runs.
  ///
  /// - Parameters:
  ///   - id: the transactional id: one for each member of the group that runs at once, the same
  ///     after a restart.
  ///   - group: the consumer group whose members share the topic.
  ///   - topic: what is handled.
  ///   - options: how ids are remembered.
  /// - Throws: `.invalidArgument` for an empty id, or options out of their range.
  public func idempotentHandler(
    _ id: String, group: String, topic: String,
    options: IdempotentHandler.Options = IdempotentHandler.Options()
  ) throws(QueueError) -> IdempotentHandler {
    try IdempotentHandler(self, id, group: group, topic: topic, options: options)
  }
}
