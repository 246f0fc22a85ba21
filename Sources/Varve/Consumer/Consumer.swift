internal import Synchronization
internal import VarveLog

/// Reads partitions from where it is told to and follows their ends.
///
/// ```swift
/// let consumer = try await varve.consumer(topics: ["orders"], from: .earliest)
/// for try await batch in consumer.batches {
///   for record in batch { … }
/// }
/// ```
///
/// The loop is the back-pressure: one batch is read ahead while the body runs, no more. The
/// partitions take turns; within one, records come in the order of their offsets. A consumer is
/// used by one loop at a time; its other methods may be called from anywhere, from inside the loop
/// too.
public final class Consumer: Sendable {
  /// How a consumer reads.
  public struct Options: Sendable {
    /// What is seen of transactions.
    public var isolation = Isolation.readUncommitted
    /// The most bytes of a batch, unless one stored batch is larger.
    public var batchBytes = 1 << 20
    /// Compares the checksum of everything read.
    public var verifiesChecksums = true
    /// Whether the next batch is read while the body of the loop works on one.
    public var readsAhead = true
    /// What happens where the position is gone, since retention has removed it: nil, the default,
    /// ends the loop with `.offsetOutOfRange`; a position goes on there.
    public var outOfRange: StartPosition?

    public init() {}
  }

  private let options: Options
  private let state: Mutex<State>
  private let changes = ChangeSignal()

  private struct State {
    var assignment: ConsumerAssignment
    var isClosed = false
    /// The batch that is being read ahead.
    var ahead: Task<Reading, Never>?
  }

  /// What a look at all partitions brought.
  private enum Reading: Sendable {
    case batch(ConsumedBatch, ConsumerAssignment.Target)
    /// What to wait for: a record of one of the partitions, at an offset, or a change after that
    /// version.
    case nothing([Wait], after: Int)
    case failure(VarveError)
  }

  private struct Wait: Sendable {
    let client: any PartitionClient
    let offset: Offset
  }

  package init(
    _ positions: [(client: any PartitionClient, offset: Offset)], options: Options
  ) {
    self.options = options
    state = Mutex(State(assignment: ConsumerAssignment(positions)))
  }

  /// The partitions that are read.
  public var assignment: [TopicPartition] { state.withLock { $0.assignment.sources } }

  /// The next records of a partition that has some; suspends until there are. Nil once the consumer
  /// is closed.
  ///
  /// Throws `.cancelled` where the task is, `.offsetOutOfRange` where retention has passed the
  /// position, `.corrupt` and what the disk said.
  public func next() async throws(VarveError) -> ConsumedBatch? {
    while true {
      switch try await turn(unless: { false }) {
      case .batch(let batch): return batch
      case .closed: return nil
      case .interrupted: continue
      }
    }
  }

  /// What a call for the next batch comes to.
  enum Turn {
    case batch(ConsumedBatch)
    case interrupted
    case closed
  }

  /// As `next`, but ends where there is something else to do, which `wake` makes it look for.
  func turn(unless isInterrupted: () -> Bool) async throws(VarveError) -> Turn {
    while true {
      // Taken first: what comes up after this look ends the wait.
      let version = changes.version
      if isInterrupted() { return .interrupted }
      if Task.isCancelled { throw VarveError(.cancelled, "the task that consumes was cancelled") }
      let (isClosed, ahead) = state.withLock { state in
        defer { state.ahead = nil }
        return (state.isClosed, state.ahead)
      }
      if isClosed { return .closed }
      let reading: Reading
      if let ahead { reading = await ahead.value } else { reading = await read() }
      switch reading {
      case .failure(let error): throw error
      case .nothing(let waits, let readVersion):
        await wait(for: waits, after: min(version, readVersion))
      case .batch(let batch, let target):
        guard state.withLock({ $0.assignment.accept(batch.nextOffset, for: target) }) else {
          continue
        }
        if options.readsAhead { readAhead() }
        if !batch.isEmpty { return .batch(batch) }
      }
    }
  }

  /// Has `turn` look whether it is interrupted.
  func wake() { changes.signal() }

  func change(_ body: (inout ConsumerAssignment) -> Void) {
    state.withLock { body(&$0.assignment) }
    changes.signal()
  }

  private func readAhead() {
    let task = Task { await read() }
    state.withLock { $0.ahead = task }
  }

  private func read() async -> Reading {
    // Taken first: what is sought or resumed while this reads ahead must not be slept through.
    let version = changes.version
    var waits: [Wait] = []
    for target in state.withLock({ $0.assignment.targets() }) {
      do {
        let slice = try await target.client.fetch(
          from: target.position, maxBytes: options.batchBytes, isolation: options.isolation)
        let batch = try ConsumedBatch(
          slice, of: target.client.id,
          ConsumedBatch.Filter(
            from: target.position, isolation: options.isolation,
            verifiesChecksums: options.verifiesChecksums))
        if batch.nextOffset > target.position { return .batch(batch, target) }
        // Where a transaction is open there are records already that must not be shown: only
        // what is appended after them can end it.
        let isCommitted = options.isolation == .readCommitted
        waits.append(
          Wait(client: target.client, offset: isCommitted ? slice.endOffset : target.position))
      } catch {
        if let failure = await recover(from: error, at: target) { return .failure(failure) }
      }
    }
    return .nothing(waits, after: version)
  }

  /// Goes on elsewhere where the position is gone and the options say so; else the error.
  private func recover(
    from error: VarveError, at target: ConsumerAssignment.Target
  ) async -> VarveError? {
    guard error.code == .offsetOutOfRange, let reset = options.outOfRange else { return error }
    do {
      let offset = try await reset.offset(in: target.client, isolation: options.isolation)
      state.withLock { state in
        guard state.assignment.position(of: target.client.id) == target.position else { return }
        state.assignment.seek(target.client.id, to: offset)
      }
      changes.signal()
      return nil
    } catch { return error }
  }

  /// Suspends until one of the partitions has what is waited for, or something changed.
  private func wait(for waits: [Wait], after version: Int) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.changes.wait(after: version) }
      for wait in waits {
        group.addTask { await wait.client.waitForRecord(at: wait.offset) }
      }
      await group.next()
      group.cancelAll()
    }
  }
}

extension Consumer {
  /// The offset that is read next: after the last record of the last batch. Throws
  /// `.unknownTopicOrPartition` for a partition that is not assigned.
  public func position(of topic: String, partition: Int32) throws(VarveError) -> Offset {
    let source = try assigned(topic, partition)
    return state.withLock { $0.assignment.position(of: source) } ?? 0
  }

  /// The records from the position to the partition's end.
  public func lag(of topic: String, partition: Int32) async throws(VarveError) -> Int64 {
    let source = try assigned(topic, partition)
    guard let client = state.withLock({ $0.assignment.client(of: source) }) else { return 0 }
    let end = try await client.endOffset(options.isolation)
    return max(0, end - (try position(of: topic, partition: partition)))
  }

  /// Goes on reading a partition elsewhere. What was read ahead is dropped. Throws
  /// `.offsetOutOfRange` for an offset that the partition does not hold.
  public func seek(
    _ topic: String, partition: Int32, to position: StartPosition
  ) async throws(VarveError) {
    let source = try assigned(topic, partition)
    guard let client = state.withLock({ $0.assignment.client(of: source) }) else { return }
    let offset = try await position.offset(in: client, isolation: options.isolation)
    state.withLock { $0.assignment.seek(source, to: offset) }
    changes.signal()
  }

  /// Reads no more of a partition until ``resume(_:partition:)``; its position stays.
  public func pause(_ topic: String, partition: Int32) throws(VarveError) {
    let source = try assigned(topic, partition)
    state.withLock { $0.assignment.setPaused(source, true) }
    changes.signal()
  }

  /// Reads a partition again.
  public func resume(_ topic: String, partition: Int32) throws(VarveError) {
    let source = try assigned(topic, partition)
    state.withLock { $0.assignment.setPaused(source, false) }
    changes.signal()
  }

  /// Ends the loop over ``batches``, and each later call of ``next()``, with nil.
  public func close() {
    let ahead = state.withLock { state in
      state.isClosed = true
      defer { state.ahead = nil }
      return state.ahead
    }
    ahead?.cancel()
    changes.signal()
  }

  private func assigned(
    _ topic: String, _ partition: Int32
  ) throws(VarveError) -> TopicPartition {
    let source = state.withLock { state in
      state.assignment.sources.first {
        $0.topic.description == topic && $0.partition == partition
      }
    }
    if let source { return source }
    throw VarveError(
      .unknownTopicOrPartition, "the consumer does not read partition \(partition) of '\(topic)'")
  }
}
