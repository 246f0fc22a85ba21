internal import Synchronization
package import VarveBase
package import VarveLog

/// One partition of a topic in a broker: its log, and how long an append takes to count as done.
package final class Partition: Sendable {
  package let id: TopicPartition
  package let topicID: TopicID
  package let log: PartitionLog
  let compactor: Compactor
  let coldCompressor: ColdCompressor
  private let flusher: Flusher
  /// Of the last batch that was written again with the topic's codec, for the next one.
  private let reencoder = Mutex<BatchReencoder?>(nil)

  package init(
    _ id: TopicPartition, topicID: TopicID, log: PartitionLog, flusher: Flusher,
    cleanedUpTo: Offset = 0
  ) {
    self.id = id
    self.topicID = topicID
    self.log = log
    self.flusher = flusher
    compactor = Compactor(log, cleanedUpTo: cleanedUpTo)
    coldCompressor = ColdCompressor(log)
  }

  /// Appends a batch and returns once it counts as done: at once where the topic's durability is
  /// `buffered` or `interval`, after a shared sync where it is `group`. Blocks meanwhile.
  ///
  /// An error after a sync that failed says that the batch may be lost, not that it is.
  @discardableResult
  package func append(_ batch: RawSpan) throws(LogError) -> AppendResult {
    let result = try store(batch)
    if result.mustSync { try blockUntilDurable(upTo: result.lastOffset + 1) }
    return result
  }

  /// As `append`, without blocking: `completed` is called on this stack or on the flusher's.
  package func append(
    _ batch: RawSpan,
    completed: @escaping @Sendable (Result<AppendResult, LogError>) -> Void
  ) {
    do { complete(try store(batch), completed) } catch { completed(.failure(error)) }
  }

  /// Calls `completed` once what was stored counts as done, on this stack or on the flusher's.
  func complete(
    _ result: AppendResult,
    _ completed: @escaping @Sendable (Result<AppendResult, LogError>) -> Void
  ) {
    guard result.mustSync else { return completed(.success(result)) }
    flusher.whenDurable(log, upTo: result.lastOffset + 1) { synced in
      completed(synced.map { result })
    }
  }

  /// As `append`, suspending the task until the batch counts as done.
  @discardableResult
  package func append(_ batch: ByteSlice) async throws(LogError) -> AppendResult {
    let result = try store(batch.bytes)
    if result.mustSync { try await waitUntilDurable(upTo: result.lastOffset + 1) }
    return result
  }

  /// Calls `completed` once all before `offset` is on the disk for good, on the flusher's stack.
  package func whenDurable(
    upTo offset: Offset, completed: @escaping @Sendable (Result<Void, LogError>) -> Void
  ) {
    flusher.whenDurable(log, upTo: offset, completed: completed)
  }

  /// As `waitUntilDurable`, blocking the thread.
  func blockUntilDurable(upTo offset: Offset) throws(LogError) {
    try flusher.waitUntilDurable(log, upTo: offset)
  }

  /// Suspends until all before `offset` is on the disk for good.
  func waitUntilDurable(upTo offset: Offset) async throws(LogError) {
    let synced = await withCheckedContinuation { continuation in
      whenDurable(upTo: offset) { continuation.resume(returning: $0) }
    }
    try synced.get()
  }

  /// Appends a batch with the codec that the topic's `compression.type` names. Where it has another
  /// it is written again, before the log's lock is taken. Whether it counts as done when this
  /// returns, or has to be synced first, the result says.
  @inline(__always)
  package func store(_ batch: RawSpan) throws(LogError) -> AppendResult {
    if let codec = log.compression { return try store(batch, with: codec) }
    return try log.append(batch)
  }

  @inline(never)
  private func store(
    _ batch: RawSpan, with codec: CompressionCodec
  ) throws(LogError) -> AppendResult {
    guard let header = RecordBatchHeader(batch), BatchReencoder.isDue(header, for: codec)
    else { return try log.append(batch) }
    let configuration = log.configuration
    let level = configuration.compressionLevel.map(Int.init)
    // What the log refuses as it came is not worth the work.
    guard header.sizeInBytes == batch.byteCount, batch.byteCount <= configuration.maxMessageBytes
    else { return try log.append(batch) }
    do throws(RecordBatchError) { _ = try RecordBatch.checkedHeader(batch) } catch {
      throw LogError(error, for: id)
    }
    var reencoder = takeReencoder(codec, level)
    let result = try reencoder.withBatch(batch, header) { (bytes) throws(LogError) in
      try log.append(bytes)
    }
    var spare: BatchReencoder? = reencoder
    self.reencoder.withLock { swap(&$0, &spare) }
    return result
  }

  private func takeReencoder(_ codec: CompressionCodec, _ level: Int?) -> BatchReencoder {
    if let kept = reencoder.withLock({ $0.take() }), kept.codec == codec, kept.level == level {
      return kept
    }
    return BatchReencoder(codec, level: level)
  }

  /// Suspends until the log has a record at `offset`, is closed, or the task is cancelled. The
  /// caller looks again which it was.
  package func waitForRecord(at offset: Offset) async {
    let wait = AppendWait(log)
    await withTaskCancellationHandler {
      await withCheckedContinuation { wait.start($0, at: offset) }
    } onCancel: {
      wait.cancel()
    }
  }
}
