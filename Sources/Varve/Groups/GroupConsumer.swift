internal import Synchronization
public import VarveBase
internal import VarveCoordination

/// A member of a consumer group: shares the partitions of some topics with the group's other
/// members, wherever they run, and goes on where the group was.
///
/// ```swift
/// let consumer = try await varve.consumer(group: "billing", topics: ["orders"])
/// for try await batch in consumer.batches {
///   for record in batch { try await bill(record) }
/// }
/// ```
///
/// Each partition has one reader in a group at any time. When members come and go, partitions move:
/// between two batches, never under the body of the loop. A batch is committed by itself when its
/// body has ended; ``Options/commit`` chooses otherwise.
///
/// ## Leaving
/// Cancelling the task that consumes, ``close()`` and closing the log leave the group, so that
/// others go on at once. So does letting the consumer go. A body that takes longer than
/// ``Options/processingTimeout`` loses its partitions, as one that hangs should.
///
/// ## Errors
/// The loop ends with an error, or where the consumer was closed; it never goes quiet. A rebalance
/// is no error: partitions that were lost are read by others, from what was committed.
public final class GroupConsumer: Sendable {
  /// How a group consumer takes part.
  public struct Options: Sendable {
    /// Which delivery guarantee the loop has.
    public var commit = CommitMode.afterProcessing
    /// Where partitions are begun for which the group has committed nothing.
    public var start = StartPosition.earliest
    /// The name of a static member: one that restarts within the group's session timeout gets its
    /// partitions back, and nobody else's move meanwhile (KIP-345). To be different for each member
    /// of the group.
    public var instanceID: String?
    /// How the group deals its partitions; nil for its own choice.
    public var assignor: GroupAssignor?
    /// How long the body of the loop may take for a batch, and giving up a partition with it.
    public var processingTimeout = Duration.seconds(300)
    /// Told of partitions that come and go, from inside the loop's call for the next batch: never
    /// at the same time as its body.
    public var onRebalance: @Sendable (GroupConsumer, RebalanceEvent) async -> Void = { _, _ in }
    /// How partitions are read.
    public var reading = Consumer.Options()

    public init() {}
  }

  let cluster: any Cluster
  let options: Options
  let reader: Consumer
  let session: GroupSession
  private let state = Mutex(State())

  struct State {
    /// The names of what is assigned.
    var names: [AssignedPartition: TopicPartition] = [:]
    /// What the batch that was shown last makes committable.
    var shown: Shown?
    var isClosed = false
    /// What the group wants and cannot be done yet: its topics are not known.
    var unresolved: Unresolved?
    /// Lets the records end that are still being processed when partitions are given up.
    var settle: (@Sendable (_ partitions: [TopicPartition]) async -> Void)?
  }

  struct Shown {
    let partition: TopicPartition
    let offset: Offset
  }

  init(
    _ cluster: any Cluster, _ client: any GroupClient, _ identity: GroupMembership.Identity,
    options: Options
  ) {
    self.cluster = cluster
    self.options = options
    let reader = Consumer([], options: options.reading)
    self.reader = reader
    session = GroupSession(
      client, identity, time: cluster.time, processingTimeout: options.processingTimeout
    ) { reader.wake() }
    let session = session
    Task { await session.run() }
  }

  deinit { session.endMembership() }

  /// The group.
  public var group: String { session.identity.group }
  /// The member's name in the group, as `varve group describe` shows it.
  public var memberID: String { session.identity.memberID }
  /// The partitions that are read at the moment.
  public var assignment: [TopicPartition] { reader.assignment.sorted() }

  /// The next records of a partition that has some; suspends until there are. Nil once the consumer
  /// is closed. By calling it the program says that it is done with the batch before.
  ///
  /// Throws `.cancelled` where the task is; what reading throws (``Consumer/next()``); `.fenced`
  /// where another member has the same `instanceID`; what the group refuses.
  public func next() async throws(VarveError) -> ConsumedBatch? {
    do { return try await next(committing: options.commit) } catch {
      if error.code == .cancelled { await close() }
      throw error
    }
  }

  /// As `next`, with another mode for the batch, and without leaving the group where the task is
  /// cancelled.
  func next(committing mode: CommitMode) async throws(VarveError) -> ConsumedBatch? {
    session.leaveBody()
    // Whatever comes of the call, it is the program's turn then.
    defer { session.enterBody() }
    try await commitShown()
    while !isClosed {
      try await followGroup()
      switch try await reader.turn(unless: { self.hasNews }) {
      case .interrupted: continue
      case .closed: return nil
      case .batch(let batch):
        if mode == .beforeProcessing, try await !commitIfAssigned(batch) {
          try await readAgain(batch)
          continue
        }
        if mode == .afterProcessing {
          withState { $0.shown = Shown(partition: batch.source, offset: batch.nextOffset) }
        }
        return batch
      }
    }
    return nil
  }

  var isClosed: Bool { withState { $0.isClosed } }

  /// The body of the loop has ended, so that its batch counts as processed.
  private func commitShown() async throws(VarveError) {
    guard let shown = withState({ $0.shown.take() }), !isClosed else { return }
    // Where others have the partition already they process the batch again: at least once.
    _ = try await commitIfAssigned([shown.partition: OffsetAndMetadata(shown.offset)])
  }

  /// False where others have a batch's partition: then it is theirs.
  private func commitIfAssigned(_ batch: ConsumedBatch) async throws(VarveError) -> Bool {
    try await commitIfAssigned([batch.source: OffsetAndMetadata(batch.nextOffset)])
  }

  /// Goes back to before a batch that could not be committed, unless its partition is given up.
  func readAgain(_ batch: ConsumedBatch) async throws(VarveError) {
    guard reader.assignment.contains(batch.source) else { return }
    try await seek(
      batch.topic.description, partition: batch.partition, to: .offset(batch.range.lowerBound))
  }

  private func commitIfAssigned(
    _ offsets: [TopicPartition: OffsetAndMetadata]
  ) async throws(VarveError) -> Bool {
    do {
      try await commit(offsets)
      return true
    } catch {
      guard error.code == .notAssigned else { throw error }
      return false
    }
  }

  /// Leaves the group, having committed what the mode commits by itself but for a batch whose body
  /// has not ended. Ends the loop over ``batches``. Closing twice does nothing.
  public func close() async {
    let isFirst = withState { state in
      defer { state.isClosed = true }
      return !state.isClosed
    }
    // A task of its own: leaving is not to be cut short where the consumer's task is cancelled.
    let session = session
    guard isFirst else { return await Task { await session.waitForEnd() }.value }
    reader.close()
    if let settle = withState({ $0.settle }) { await settle(assignment) }
    await Task { await session.close() }.value
  }

  /// Closes without waiting for the group to hear of it.
  func abandon() {
    withState { $0.isClosed = true }
    reader.close()
    session.endMembership()
  }

  func withState<Result>(_ body: (inout sending State) -> sending Result) -> sending Result {
    state.withLock(body)
  }
}
