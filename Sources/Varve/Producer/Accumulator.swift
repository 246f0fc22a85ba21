internal import Synchronization
internal import VarveBase
internal import VarveLog

/// A producer's batches for one partition: one that is open for records, those that wait to be
/// sent, those that were sent.
///
/// Who fills a batch sends it, and all that get full meanwhile, in their order; others add records
/// and go on. The lock is held for the copy of a record, not for an append.
final class Accumulator: Sendable {
  private let client: any PartitionClient
  let shared: ProducerShared
  private let state: Mutex<State>

  struct State {
    var open: PendingBatch?
    var ready: [PendingBatch] = []
    /// All that are not done, in their order.
    var incomplete: [PendingBatch] = []
    var isSending = false
    var isTimed = false
    var isClosed = false
    /// Of whom the last batch was, and where the next one begins.
    var identity: ProducerIdentity?
    var nextSequence: Int32 = 0
    /// As they were when the open batch was opened.
    var rules = RecordRules()
    var window = SendWindow()
  }

  /// Batches that one sender writes for others before it lets another thread go on.
  private static let sendsMax = 64

  init(_ client: any PartitionClient, _ shared: ProducerShared) {
    self.client = client
    self.shared = shared
    state = Mutex(State())
  }

  /// The records of the open batch.
  var pendingCount: Int { state.withLock { $0.open?.builder.recordCount ?? 0 } }

  var partition: TopicPartition { client.id }

  /// Whether there are batches that are not sent yet.
  var hasUnsent: Bool { state.withLock { $0.open != nil || !$0.ready.isEmpty } }

  /// Whether there are batches that are not done.
  var isBusy: Bool { state.withLock { !$0.incomplete.isEmpty } }

  // MARK: Adding

  /// Takes a record, or returns the memory that is missing for it. `room` is what its sender waited
  /// for.
  func add(
    _ entry: borrowing BatchEntry, room: Room?, _ listener: Listener, now: Timestamp
  ) throws(VarveError) -> Int? {
    // A batch may be ready although its record was refused: it is sent all the same.
    var mustSend = false
    defer { if mustSend { send() } }
    return try state.withLock { state throws(VarveError) in
      defer { mustSend = state.startSending(shared) }
      return try add(entry, room: room, listener, now, &state)
    }
  }

  private func add(
    _ entry: borrowing BatchEntry, room: Room?, _ listener: Listener, _ now: Timestamp,
    _ state: inout State
  ) throws(VarveError) -> Int? {
    if state.isClosed { throw .closed("the producer") }
    if state.open == nil { state.rules = client.rules }
    try entry.check(
      state.rules, bufferBytes: shared.memory.capacity, now: now, for: client.id)
    let size = entry.sizeMax
    let limit = min(shared.options.batchBytes, state.rules.batchBytesMax)
    if let open = state.open, open.builder.sizeInBytes + size > limit { state.seal() }
    let batch: PendingBatch
    if let open = state.open {
      batch = open
    } else {
      let bytes = max(shared.options.batchBytes, RecordBatchHeader.byteCount + size)
      let compression = state.rules.compression ?? shared.options.compression
      let memory = min(
        bytes * BatchMemory.factor(of: compression), shared.memory.capacity)
      guard room?.use(memory) ?? false || shared.memory.take(memory) else { return memory }
      batch = open(compression, bytes: bytes, memory: memory, &state)
    }
    try put(entry, into: batch, listener, &state)
    let isFull = batch.builder.sizeInBytes + size > limit
    let isAlone = state.sendsOpen(shared) && !state.isSending
    if isFull || isAlone || shared.memory.isShort { state.seal() }
    return nil
  }

  private func open(
    _ compression: Compression, bytes: Int, memory: Int, _ state: inout State
  ) -> PendingBatch {
    let batch = shared.spares.take(compression, bytes: bytes)
    batch.memory = memory
    state.open = batch
    state.incomplete.append(batch)
    if shared.options.linger > .zero {
      let now = ContinuousClock.now
      batch.opened = now
      if !state.isTimed {
        state.isTimed = true
        shared.timer.add(self, opened: now)
      }
    }
    return batch
  }

  private func put(
    _ entry: borrowing BatchEntry, into batch: PendingBatch, _ listener: Listener,
    _ state: inout State
  ) throws(VarveError) {
    do throws(RecordBatchError) {
      if entry.headers.isEmpty {
        try batch.builder.append(
          timestamp: entry.timestamp, key: entry.key, value: entry.value)
      } else {
        try batch.builder.append(
          timestamp: entry.timestamp, key: entry.key, value: entry.value, headers: entry.headers)
      }
    } catch {
      if batch.builder.isEmpty { discard(batch, &state) }
      throw VarveError(building: error, for: client.id)
    }
    switch listener {
    case .flush: batch.hasUnheard = true
    case .receipt(let continuation):
      batch.receipts.append(
        PendingBatch.Receipt(
          continuation: continuation, index: Int32(batch.builder.recordCount - 1),
          timestamp: entry.timestamp))
    }
  }

  private func discard(_ batch: PendingBatch, _ state: inout State) {
    state.open = nil
    state.incomplete.removeLast()
    shared.memory.give(batch.memory)
    shared.spares.give(batch)
  }

  // MARK: Sending

  /// Sends what there is, however full; `group` waits for it.
  func sendAll(for group: FlushGroup? = nil) {
    let mustSend = state.withLock { state in
      if let group {
        for batch in state.incomplete {
          group.enter()
          batch.flushes.append(group)
        }
      }
      state.seal()
      return state.startSending(shared)
    }
    if mustSend { send() }
  }

  /// Sends the open batch if it has lingered for long enough; returns when to look again, nil for
  /// never. `latest` is when batches were opened whose time has come.
  func sendLingering(openedBy latest: ContinuousClock.Instant) -> ContinuousClock.Instant? {
    var mustSend = false
    let next = state.withLock { state -> ContinuousClock.Instant? in
      if let opened = state.open?.opened {
        if opened > latest { return opened }
        state.seal()
        mustSend = state.startSending(shared)
      }
      state.isTimed = false
      return nil
    }
    if mustSend { send() }
    return next
  }

  func endTaking() { state.withLock { $0.isClosed = true } }

  /// Appends the batches that are ready, until there is none. One thread at a time is in here.
  private func send() {
    var sent = 0
    while let batch = next() {
      append(batch)
      sent += 1
      if sent == Self.sendsMax {
        // Its own records are long written: somebody else may do the work of all.
        Task { self.send() }
        return
      }
    }
  }

  private func next() -> PendingBatch? {
    state.withLock { state in
      if state.ready.isEmpty && (state.sendsOpen(shared) || shared.memory.isShort) {
        state.seal()
      }
      guard state.hasWork(shared) else {
        state.isSending = false
        return nil
      }
      if let again = state.window.takeAgain() { return again }
      let batch = state.ready.removeFirst()
      if let identity = shared.identity { state.number(batch, as: identity) }
      batch.builder.isTransactional = shared.transactionalID != nil
      if shared.sendsAgain { state.window.begin(batch) }
      return batch
    }
  }

  private func append(_ batch: PendingBatch) {
    batch.retain()
    do throws(RecordBatchError) {
      if !batch.isFinished { try batch.builder.finish() }
      batch.isFinished = true
      batch.builder.withBytes { bytes in
        guard let id = shared.transactionalID else {
          return client.append(bytes) { result in self.complete(batch, result) }
        }
        client.append(bytes, in: id) { result in self.complete(batch, result) }
      }
    } catch {
      complete(batch, .failure(VarveError(building: error, for: client.id)))
    }
    release(batch)
  }

  private func complete(_ batch: PendingBatch, _ result: Result<AppendedBatch, VarveError>) {
    guard shared.sendsAgain else { return finish(batch, result) }
    switch judge(batch, result) {
    case .again: sendAgainLater(batch)
    case .done(let rest):
      finish(batch, result)
      giveUp(rest, after: client.id)
      resume()
    }
  }

  /// Goes on sending on another stack, where there is something that may be sent.
  func resume(_ change: (inout State) -> Void = { _ in }) {
    let mustSend = state.withLock { state in
      change(&state)
      if state.ready.isEmpty && state.sendsOpen(shared) { state.seal() }
      return state.startSending(shared)
    }
    if mustSend { Task { self.send() } }
  }

  func withState<Result>(_ body: (inout State) -> sending Result) -> sending Result {
    state.withLock { body(&$0) }
  }

  func finish(_ batch: PendingBatch, _ result: Result<AppendedBatch, VarveError>) {
    let flushes = state.withLock { state in
      // Outcomes come in about the order of sending: it is among the first, of thousands maybe.
      if let index = state.incomplete.firstIndex(where: { $0 === batch }) {
        state.incomplete.remove(at: index)
      }
      return batch.flushes
    }
    if case .failure(let error) = result, batch.hasUnheard { shared.note(error) }
    batch.tell(result, of: client.id)
    for group in flushes { group.leave() }
    shared.memory.give(batch.memory)
    release(batch)
  }

  /// Its bytes were copied, or its outcome told; after both it can be used again, unless it was
  /// made for a large record.
  private func release(_ batch: PendingBatch) {
    guard batch.release(), batch.memory <= usualMemory(of: batch) else { return }
    shared.spares.give(batch)
  }

  private func usualMemory(of batch: PendingBatch) -> Int {
    shared.options.batchBytes * BatchMemory.factor(of: batch.compression)
  }
}

extension Accumulator.State {
  /// Closes the open batch.
  fileprivate mutating func seal() {
    guard let batch = open else { return }
    open = nil
    ready.append(batch)
  }

  /// Gives a batch its producer and sequence. A producer's first batch has sequence 0.
  fileprivate mutating func number(_ batch: PendingBatch, as producer: ProducerIdentity) {
    if identity != producer {
      nextSequence = 0
      window = SendWindow()
    }
    identity = producer
    batch.identity = producer
    batch.builder.producerID = producer.id
    batch.builder.producerEpoch = producer.epoch
    batch.builder.baseSequence = nextSequence
    nextSequence = RecordBatchHeader.sequence(
      nextSequence, advancedBy: Int32(batch.builder.recordCount))
  }

  /// Whether the open batch goes as it is, once nobody else is sending.
  func sendsOpen(_ shared: ProducerShared) -> Bool {
    shared.sendsAtOnce && (!shared.sendsAgain || takesNew(shared))
  }

  /// Whether the window has room for a new batch. One of a new epoch waits for those of the old:
  /// once the log has it they could not be sent again.
  private func takesNew(_ shared: ProducerShared) -> Bool {
    window.takesNew && (window.isEmpty || identity == shared.identity)
  }

  /// Whether there is a batch that may be sent.
  func hasWork(_ shared: ProducerShared) -> Bool {
    guard shared.sendsAgain else { return !ready.isEmpty }
    return window.hasAgain || !ready.isEmpty && takesNew(shared)
  }

  /// Whether the caller is to send what is ready.
  fileprivate mutating func startSending(_ shared: ProducerShared) -> Bool {
    guard !isSending, hasWork(shared) else { return false }
    isSending = true
    return true
  }
}

extension RecordBatchBuilder {
  /// Calls `body` with the finished batch.
  borrowing func withBytes(_ body: (RawSpan) -> Void) { body(bytes) }
}
