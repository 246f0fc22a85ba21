internal import Synchronization
internal import VarveBase

extension PartitionLog {
  /// The producers that are remembered, by id, with what is open of their transactions.
  package var producers: [ProducerState] {
    state.withLock { Array($0.producers.producers.values) }
      .sorted { $0.producerID < $1.producerID }
  }

  /// Judges a batch by what its producer sent before. Returns where it was appended then, if it
  /// was: the producer did not hear of it and sent it again.
  @inline(__always)
  func duplicate(
    of header: RecordBatchHeader, _ batch: RawSpan, _ state: borrowing State
  ) throws(LogError) -> AppendResult? {
    guard header.producerID >= 0 else { return nil }
    do {
      if let marker = try TransactionMarker(header, batch) {
        try state.producers.check(marker)
        return nil
      }
      guard let earlier = try state.producers.check(ProducerBatch(header)) else { return nil }
      return AppendResult(
        firstOffset: earlier.firstOffset, lastOffset: earlier.lastOffset,
        logAppendTime: state.configuration.timestampType == .logAppend ? earlier.timestamp : nil,
        logStartOffset: state.logStartOffset, isDuplicate: true,
        mustSync: state.mustSync)
    } catch { throw error.named(partition) }
  }
}

extension ProducerStateTable {
  /// Records a batch that is in the log. Returns what the transaction index has to be told of a
  /// transaction that it aborts. Throws `.invalidRecord` for a control batch that does not parse.
  mutating func replay(
    _ header: RecordBatchHeader, _ batch: RawSpan
  ) throws(LogError) -> AbortedTransaction? {
    defer { advance(to: header.nextOffset) }
    if header.attributes.isControl {
      return try TransactionMarker(header, batch).flatMap { apply($0) }
    }
    apply(header)
    return nil
  }

  /// Records a batch of data that is in the log. One that compaction emptied keeps its producer's
  /// sequence alive, like any other.
  @inline(__always)
  mutating func apply(_ header: RecordBatchHeader) {
    if header.producerID >= 0 { apply(ProducerBatch(header)) }
    advance(to: header.nextOffset)
  }
}

extension ProducerBatch {
  init(_ header: RecordBatchHeader) {
    self.init(
      producerID: header.producerID, epoch: header.producerEpoch,
      firstSequence: header.baseSequence, lastSequence: header.lastSequence,
      firstOffset: header.baseOffset, lastOffset: header.lastOffset,
      timestamp: header.maxTimestamp, isTransactional: header.attributes.isTransactional)
  }
}

extension TransactionMarker {
  /// Reads a control batch that ends a transaction; nil for any other batch. Throws
  /// `.invalidRecord`.
  init?(_ header: RecordBatchHeader, _ batch: RawSpan) throws(LogError) {
    guard header.attributes.isControl, header.producerID >= 0, header.recordCount > 0 else {
      return nil
    }
    let epoch: Int32
    let isAbort: Bool
    switch try Self.controlRecord(header, batch) {
    case .abort(let coordinatorEpoch): (epoch, isAbort) = (coordinatorEpoch, true)
    case .commit(let coordinatorEpoch): (epoch, isAbort) = (coordinatorEpoch, false)
    default: return nil
    }
    self.init(
      producerID: header.producerID, producerEpoch: header.producerEpoch,
      coordinatorEpoch: epoch, offset: header.lastOffset, timestamp: header.maxTimestamp,
      isAbort: isAbort)
  }

  /// The first record of a control batch, nil where compaction has left none.
  private static func controlRecord(
    _ header: RecordBatchHeader, _ batch: RawSpan
  ) throws(LogError) -> ControlRecord? {
    do throws(RecordBatchError) {
      var records = try RecordIterator(batch)
      guard let record = try records.next() else { return nil }
      return try ControlRecord(record)
    } catch { throw LogError(.invalidRecord, error.message, offset: header.baseOffset) }
  }
}
