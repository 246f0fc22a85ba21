internal import Synchronization
internal import VarveBase
internal import VarveLog

/// The records that are being processed, lane by lane, and how far each partition is with them.
final class Lanes: Sendable {
  let queues: [LaneQueue]
  /// The most records that are queued or being processed.
  private let inFlightMax: Int
  private let state = Mutex(State())
  /// Signalled when a record is finished.
  private let changes = ChangeSignal()

  fileprivate struct State {
    var partitions: [TopicPartition: Partition] = [:]
    var inFlight = 0
    /// The lane of the next record without a key.
    var turn = 0
    var nextTerm = 0
    var isClosed = false
    /// Whether the consumer is closed, so that no more records are taken.
    var isEnding = false
  }

  /// A partition while it is assigned.
  fileprivate struct Partition {
    let term: Int
    var progress: LaneProgress
    /// Whether it is being given up: no more of its records go to the handler.
    var isEnding = false
    var running = 0
    /// What is committed, or about to be.
    var committed: Offset
  }

  init(count: Int, inFlightMax: Int) {
    queues = (0..<count).map { _ in LaneQueue() }
    self.inFlightMax = inFlightMax
  }

  // MARK: In

  /// A batch is about to be put in: its partition goes on there, should none of it be.
  func open(_ batch: ConsumedBatch) {
    for record in batch.prefix(1) {
      state.withLock { _ = $0.partition(batch.source, from: record.offset) }
    }
  }

  /// Gives a record to its lane, once there is room. Returns false, and the record stays
  /// unfinished, where the task was cancelled or the consumer is closed.
  func put(_ record: Record, from source: TopicPartition) async -> Bool {
    while !Task.isCancelled, !state.withLock({ $0.isEnding }) {
      let version = changes.version
      if let (lane, item) = begin(record, source) {
        queues[lane].put(item)
        return true
      }
      await changes.wait(after: version)
    }
    return false
  }

  private func begin(_ record: Record, _ source: TopicPartition) -> (Int, LaneQueue.Item)? {
    state.withLock { state in
      guard !state.isEnding, state.inFlight < inFlightMax else { return nil }
      state.inFlight += 1
      let term = state.partition(source, from: record.offset)
      state.partitions[source]?.progress.begin(record.offset)
      return (lane(of: record, &state), LaneQueue.Item(record: record, source: source, term: term))
    }
  }

  /// Records of one key share a lane; those without go to the lanes in turn.
  private func lane(of record: Record, _ state: inout State) -> Int {
    if let key = record.key {
      // Not as the partition was chosen: its keys would share few of the lanes.
      let mixed = UInt64(Murmur2.hash(key.bytes)) &* 0x9E37_79B9_7F4A_7C15
      return Int((mixed >> 32) % UInt64(queues.count))
    }
    state.turn = (state.turn + 1) % queues.count
    return state.turn
  }

  /// A batch was put in as a whole.
  func read(_ batch: ConsumedBatch) {
    state.withLock { state in
      _ = state.partition(batch.source, from: batch.nextOffset)
      state.partitions[batch.source]?.progress.read(upTo: batch.nextOffset)
    }
    changes.signal()
  }

  // MARK: Through

  /// Runs a lane's records through the handler until the lane ends. What the handler throws ends
  /// it, with the record unfinished.
  func run(
    _ lane: Int, _ handler: @Sendable (Record, TopicPartition) async throws -> Void
  ) async throws {
    while let item = await queues[lane].take() {
      guard start(item) else { continue }
      var isFinished = false
      defer { end(item, isFinished: isFinished) }
      try await handler(item.record, item.source)
      isFinished = true
    }
  }

  /// False for a record of a partition that was given up since.
  private func start(_ item: LaneQueue.Item) -> Bool {
    let isCurrent = state.withLock { state in
      guard let partition = state.partitions[item.source], partition.term == item.term,
        !partition.isEnding
      else {
        state.inFlight -= 1
        return false
      }
      state.partitions[item.source]?.running += 1
      return true
    }
    if !isCurrent { changes.signal() }
    return isCurrent
  }

  private func end(_ item: LaneQueue.Item, isFinished: Bool) {
    state.withLock { state in
      state.inFlight -= 1
      guard state.partitions[item.source]?.term == item.term else { return }
      state.partitions[item.source]?.running -= 1
      if isFinished { state.partitions[item.source]?.progress.finish(item.record.offset) }
    }
    changes.signal()
  }

  // MARK: Out

  /// What can be committed beyond what was; it counts as committed.
  func takeMarks(of sources: [TopicPartition]? = nil) -> [TopicPartition: OffsetAndMetadata] {
    state.withLock { state in
      var marks: [TopicPartition: OffsetAndMetadata] = [:]
      for (source, partition) in state.partitions where sources?.contains(source) ?? true {
        let mark = partition.progress.lowWaterMark
        guard mark > partition.committed else { continue }
        marks[source] = OffsetAndMetadata(mark)
        state.partitions[source]?.committed = mark
      }
      return marks
    }
  }

  /// As `takeMarks`, suspending until there is something. Nil where the task is cancelled, and
  /// once the lanes are closed and everything is finished.
  func nextMarks() async -> [TopicPartition: OffsetAndMetadata]? {
    while !Task.isCancelled {
      let version = changes.version
      let isOver = state.withLock { $0.isClosed && $0.inFlight == 0 }
      let marks = takeMarks()
      if !marks.isEmpty { return marks }
      if isOver { return nil }
      await changes.wait(after: version)
    }
    return nil
  }

  /// Waits for the records of some partitions that are with their handlers; those that are only
  /// queued are passed over from now on. Returns early where the task is cancelled.
  func settle(_ sources: [TopicPartition]) async {
    state.withLock { state in
      for source in sources { state.partitions[source]?.isEnding = true }
    }
    while !Task.isCancelled {
      let version = changes.version
      let isSettled = state.withLock { state in
        sources.allSatisfy { state.partitions[$0]?.running ?? 0 == 0 }
      }
      if isSettled { return }
      await changes.wait(after: version)
    }
  }

  /// Lets partitions go, and tells where each has to be begun again.
  func forget(_ sources: [TopicPartition]? = nil) -> [TopicPartition: Offset] {
    state.withLock { state in
      let gone = state.partitions.filter { sources?.contains($0.key) ?? true }
      for source in gone.keys { state.partitions[source] = nil }
      return gone.mapValues(\.progress.lowWaterMark)
    }
  }

  /// Takes no more records.
  func end() {
    state.withLock { $0.isEnding = true }
    changes.signal()
  }

  /// Lets the lanes end when they are empty.
  func close() {
    state.withLock { $0.isClosed = true }
    changes.signal()
    for queue in queues { queue.close() }
  }
}

extension Lanes.State {
  /// The term of a partition, which begins at an offset if it has not begun.
  fileprivate mutating func partition(_ source: TopicPartition, from offset: Offset) -> Int {
    if let known = partitions[source] { return known.term }
    nextTerm += 1
    partitions[source] = Lanes.Partition(
      term: nextTerm, progress: LaneProgress(from: offset), committed: offset)
    return nextTerm
  }
}
