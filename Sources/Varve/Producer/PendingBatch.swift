internal import Synchronization
internal import VarveBase
internal import VarveLog

/// A batch from its first record to the news of its outcome.
final class PendingBatch: @unchecked Sendable {
  // Safety: until it is sent, and for its listeners until it is done, the lock of the accumulator
  // that has it guards it; the builder is the sending thread's alone in between; then the pool's.

  var builder: RecordBatchBuilder
  let compression: Compression
  /// Lent by the producer's memory.
  var memory = 0
  var opened: ContinuousClock.Instant?

  // Who hears of the outcome.
  var receipts: [Receipt] = []
  /// Whether it has records whose senders did not wait.
  var hasUnheard = false
  var flushes: [FlushGroup] = []

  /// Whose it is; nil where it is not numbered.
  var identity: ProducerIdentity?
  /// Its place among those that are sent.
  var number = 0
  /// Whether the outcome of one before it was open when it was sent the last time.
  var isSentBehindOthers = false
  /// Whether its bytes are final: a batch that is sent again is the same.
  var isFinished = false
  /// How often it was sent, with what is to come of it left open.
  var attempts = Attempts()
  /// Those who are not through with it: its listeners, and each thread that sends it. Who is last
  /// puts it back into the pool.
  private let users = Atomic(1)

  /// A sender that waits.
  struct Receipt {
    let continuation: SendContinuation
    let index: Int32
    let timestamp: Timestamp
  }

  init(_ compression: Compression, bytes: Int) {
    self.compression = compression
    builder = RecordBatchBuilder(
      codec: compression.codec, level: compression.level, capacity: bytes)
  }

  /// A thread begins to send it.
  func retain() { users.add(1, ordering: .relaxed) }

  /// Notes that a sending thread is through with the bytes, or the listeners with the rest; true
  /// for the last.
  func release() -> Bool { users.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 }

  /// Empties it for its next use; its memory stays.
  func reset() {
    builder.reset()
    memory = 0
    opened = nil
    receipts.removeAll(keepingCapacity: true)
    hasUnheard = false
    flushes = []
    identity = nil
    isFinished = false
    attempts = Attempts()
    users.store(1, ordering: .relaxed)
  }

  /// Tells the senders.
  func tell(_ result: Result<AppendedBatch, VarveError>, of partition: TopicPartition) {
    switch result {
    case .success(let batch):
      for receipt in receipts {
        receipt.continuation.resume(
          returning: .receipt(
            RecordReceipt(
              partition: partition, offset: batch.firstOffset + Int64(receipt.index),
              timestamp: batch.logAppendTime ?? receipt.timestamp)))
      }
    case .failure(let error):
      for receipt in receipts { receipt.continuation.resume(returning: .failure(error)) }
    }
  }
}

/// Batches that wait for their next use, so that a busy producer allocates none.
final class BatchPool: Sendable {
  private let batches = Mutex<[PendingBatch]>([])

  func take(_ compression: Compression, bytes: Int) -> PendingBatch {
    let spare = batches.withLock { batches -> PendingBatch? in
      guard batches.last?.compression == compression else { return nil }
      return batches.removeLast()
    }
    return spare ?? PendingBatch(compression, bytes: bytes)
  }

  func give(_ batch: PendingBatch) {
    batch.reset()
    batches.withLock { batches in
      // Those of another codec are of no more use.
      if let last = batches.last, last.compression != batch.compression { batches = [] }
      batches.append(batch)
    }
  }
}
