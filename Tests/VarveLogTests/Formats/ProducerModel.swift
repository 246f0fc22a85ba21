import VarveBase
import VarveLog

/// Producer state as plainly as it can be said: the whole log is kept, and every question answered
/// by reading it from the start.
struct ProducerModel {
  enum Event: Equatable {
    case batch(ProducerBatch)
    case marker(TransactionMarker)

    var producerID: Int64 {
      switch self {
      case .batch(let batch): batch.producerID
      case .marker(let marker): marker.producerID
      }
    }

    var epoch: Int16 {
      switch self {
      case .batch(let batch): batch.epoch
      case .marker(let marker): marker.producerEpoch
      }
    }
  }

  enum Verdict: Equatable {
    case append
    case duplicate(first: Offset, last: Offset, Timestamp)
    case refused(LogError.Code)
  }

  var log: [Event] = []

  func history(_ producerID: Int64) -> [Event] { log.filter { $0.producerID == producerID } }

  /// The batches since the producer's epoch last changed.
  func batchesOfEpoch(_ producerID: Int64) -> [ProducerBatch] {
    let events = history(producerID)
    let run = events.reversed().prefix { $0.epoch == events.last?.epoch }.reversed()
    return run.compactMap { if case .batch(let batch) = $0 { batch } else { nil } }
  }

  func transactionStart(_ producerID: Int64) -> Offset? {
    var start: Offset?
    for event in history(producerID) {
      switch event {
      case .batch(let batch): if batch.isTransactional { start = start ?? batch.firstOffset }
      case .marker: start = nil
      }
    }
    return start
  }

  var firstUndecidedOffset: Offset? {
    Set(log.map(\.producerID)).compactMap(transactionStart).min()
  }

  func nextSequence(_ producerID: Int64) -> Int32 {
    guard let last = batchesOfEpoch(producerID).last else { return 0 }
    return Int32((Int64(last.lastSequence) + 1) % 0x8000_0000)
  }

  func judge(_ batch: ProducerBatch) -> Verdict {
    guard let last = history(batch.producerID).last else { return .append }
    let batches = batchesOfEpoch(batch.producerID)
    if batch.epoch == last.epoch {
      let same = batches.suffix(5).first {
        $0.firstSequence == batch.firstSequence && $0.lastSequence == batch.lastSequence
      }
      if let same {
        return .duplicate(first: same.firstOffset, last: same.lastOffset, same.timestamp)
      }
    }
    if batch.epoch < last.epoch { return .refused(.invalidProducerEpoch) }
    let expected = batch.epoch > last.epoch ? 0 : nextSequence(batch.producerID)
    if batch.firstSequence != expected { return .refused(.outOfOrderSequence) }
    if !batch.isTransactional, transactionStart(batch.producerID) != nil {
      return .refused(.invalidTransactionState)
    }
    return .append
  }

  /// What the transaction index gets, and the log with the marker.
  mutating func end(_ marker: TransactionMarker) -> AbortedTransaction? {
    let start = transactionStart(marker.producerID)
    log.append(.marker(marker))
    guard marker.isAbort, let start else { return nil }
    return AbortedTransaction(
      producerID: marker.producerID, firstOffset: start, lastOffset: marker.offset,
      lastStableOffset: firstUndecidedOffset ?? marker.offset + 1)
  }
}

extension ProducerStateTable {
  func verdict(_ batch: ProducerBatch) -> ProducerModel.Verdict {
    do {
      guard let earlier = try check(batch) else { return .append }
      return .duplicate(
        first: earlier.firstOffset, last: earlier.lastOffset, earlier.timestamp)
    } catch { return .refused(error.code) }
  }
}
