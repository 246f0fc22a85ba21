package import VarveBase

/// The producers of one log and their open transactions: a value that decides and records, without
/// I/O. `check` is asked before a batch is appended, `apply` told after; recovery only applies.
package struct ProducerStateTable: Equatable, Sendable {
  package private(set) var producers: [Int64: ProducerState] = [:]
  /// The open transactions by their first offsets.
  private var open: [OpenTransaction] = []
  /// All before this offset has been applied.
  package private(set) var endOffset: Offset

  private struct OpenTransaction: Equatable {
    var firstOffset: Offset
    var producerID: Int64
  }

  /// An empty table for a log that starts at `startOffset`.
  package init(startOffset: Offset = 0) { endOffset = startOffset }

  /// The state that a snapshot holds, up to the offset in its file's name.
  package init(_ states: [ProducerState], endOffset: Offset) {
    self.endOffset = endOffset
    for state in states { producers[state.producerID] = state }
    open = producers.values.compactMap { state in
      state.transactionStart.map {
        OpenTransaction(firstOffset: $0, producerID: state.producerID)
      }
    }
    open.sort { $0.firstOffset < $1.firstOffset }
  }

  /// The first offset of the oldest open transaction: what readers of committed records stop at.
  /// Nil while none is open, when that is the log's end.
  @inline(__always)
  package var firstUndecidedOffset: Offset? { open.first?.firstOffset }

  // MARK: - Before the append

  /// Judges a producer's batch before it gets its offsets.
  ///
  /// Returns the batch that was appended when the producer sent the same one before, or nil where
  /// this one is to be appended. Throws `.invalidProducerEpoch` where a newer producer has taken
  /// its place, `.outOfOrderSequence` where a batch before it is missing, and
  /// `.invalidTransactionState` for a batch outside of the transaction that is open.
  package func check(_ batch: ProducerBatch) throws(LogError) -> ProducerState.Batch? {
    guard let state = producers[batch.producerID] else { return nil }
    if batch.firstSequence >= 0, batch.epoch == state.epoch,
      let earlier = state.batch(first: batch.firstSequence, last: batch.lastSequence)
    {
      return earlier
    }
    try checkEpoch(batch.epoch, of: state)
    if batch.firstSequence >= 0 { try checkSequence(batch, state) }
    guard batch.isTransactional || state.transactionStart == nil else {
      throw LogError(
        .invalidTransactionState,
        "producer \(state.producerID) has an open transaction, and the batch is not part of it")
    }
    return nil
  }

  /// Judges a marker before it is appended. Throws `.invalidProducerEpoch` for one of a producer
  /// that was replaced, `.invalidTransactionState` for one of a coordinator that was replaced.
  package func check(_ marker: TransactionMarker) throws(LogError) {
    guard let state = producers[marker.producerID] else { return }
    try checkEpoch(marker.producerEpoch, of: state)
    guard marker.coordinatorEpoch >= state.coordinatorEpoch else {
      throw LogError(
        .invalidTransactionState,
        "the marker for producer \(state.producerID) has coordinator"
          + " epoch \(marker.coordinatorEpoch); \(state.coordinatorEpoch) has written since")
    }
  }

  // MARK: - After the append

  /// Records a batch at its offsets.
  package mutating func apply(_ batch: ProducerBatch) {
    let record = ProducerState.Batch(
      lastSequence: batch.lastSequence, lastOffset: batch.lastOffset,
      offsetDelta: Int32(clamping: batch.lastOffset - batch.firstOffset),
      timestamp: batch.timestamp)
    var starts = false
    withState(of: batch.producerID) { state in
      state.remember(record, epoch: batch.epoch)
      guard batch.isTransactional, state.transactionStart == nil else { return }
      state.transactionStart = batch.firstOffset
      starts = true
    }
    if starts { begin(batch.producerID, at: batch.firstOffset) }
    endOffset = batch.lastOffset + 1
  }

  /// Records a marker. Returns what the transaction index has to be told of an aborted transaction;
  /// nil for a commit, and for a transaction that has no records in this log.
  package mutating func apply(_ marker: TransactionMarker) -> AbortedTransaction? {
    let aborted = aborted(by: marker)
    withState(of: marker.producerID) { _ = $0.end(marker) }
    endOffset = marker.offset + 1
    open.removeAll { $0.producerID == marker.producerID }
    return aborted
  }

  /// What the transaction index has to be told once `marker` is in the log; `apply` returns the
  /// same.
  package func aborted(by marker: TransactionMarker) -> AbortedTransaction? {
    guard marker.isAbort, let start = producers[marker.producerID]?.transactionStart else {
      return nil
    }
    let stillOpen = open.first { $0.producerID != marker.producerID }
    return AbortedTransaction(
      producerID: marker.producerID, firstOffset: start, lastOffset: marker.offset,
      lastStableOffset: stillOpen?.firstOffset ?? marker.offset + 1)
  }

  /// Notes that the log goes up to `offset` with batches that no producer's state needs.
  @inline(__always)
  package mutating func advance(to offset: Offset) { endOffset = max(endOffset, offset) }

  /// Forgets producers that have been idle for `milliseconds` (`producer.id.expiration.ms`). One
  /// with an open transaction is kept.
  package mutating func removeExpired(now: Timestamp, after milliseconds: Int64) {
    producers = producers.filter { !$0.value.isExpired(now: now, after: milliseconds) }
  }

  private mutating func withState(
    of producerID: Int64, _ body: (inout ProducerState) -> Void
  ) {
    body(&producers[producerID, default: ProducerState(producerID: producerID)])
  }

  private mutating func begin(_ producerID: Int64, at offset: Offset) {
    let next = open.firstIndex { $0.firstOffset > offset } ?? open.count
    open.insert(OpenTransaction(firstOffset: offset, producerID: producerID), at: next)
  }
}

extension ProducerStateTable {
  private func checkEpoch(_ epoch: Int16, of state: ProducerState) throws(LogError) {
    guard epoch >= state.epoch else {
      throw LogError(
        .invalidProducerEpoch,
        "producer \(state.producerID) has epoch \(state.epoch) now; the"
          + " batch has \(epoch), so its producer was replaced and must stop")
    }
  }

  private func checkSequence(
    _ batch: ProducerBatch, _ state: ProducerState
  ) throws(LogError) {
    if batch.epoch != state.epoch {
      guard batch.firstSequence == 0 else {
        throw outOfOrder(batch, "epoch \(batch.epoch) is new and begins with sequence 0")
      }
      return
    }
    let last = state.lastSequence
    let next = last == Int32.max ? 0 : last + 1
    guard batch.firstSequence == next else {
      throw outOfOrder(batch, "\(next) is next")
    }
  }

  private func outOfOrder(_ batch: ProducerBatch, _ reason: String) -> LogError {
    LogError(
      .outOfOrderSequence,
      "sequence \(batch.firstSequence) of producer \(batch.producerID) is out of order: \(reason)")
  }
}

extension ProducerState {
  /// Whether the producer has been idle for `milliseconds` and has no open transaction.
  package func isExpired(now: Timestamp, after milliseconds: Int64) -> Bool {
    let (idle, overflow) = now.rawValue.subtractingReportingOverflow(lastTimestamp.rawValue)
    return transactionStart == nil && !overflow && idle >= milliseconds
  }
}
