internal import VarveBase

/// Follows the transactions of a log from batch to batch while it is compacted: which data was
/// aborted, and which markers have nothing left to decide.
struct CleanedTransactions {
  /// Aborted transactions not reached yet, by first offset.
  private var ahead: ArraySlice<AbortedTransaction>
  /// Those reached whose marker is still to come, by producer.
  private var aborted: [Int64: Reached] = [:]
  /// Producers with data that is not aborted, and a marker still to come.
  private var committed: Set<Int64> = []

  private struct Reached {
    let transaction: AbortedTransaction
    /// Whether a batch of its data is still in the log.
    var hasData = false
  }

  /// What a marker is still good for.
  struct MarkerRole {
    /// Nothing of its transaction is left in the log, so it may go once readers had the time to
    /// pass it.
    var isIdle: Bool
    /// What the transaction index goes on saying.
    var aborted: AbortedTransaction?
  }

  /// The transactions of the batches from `start` on, as the indexes of `segments` have them.
  init(in segments: ArraySlice<Segment>, from start: Offset) throws(LogError) {
    var transactions: [AbortedTransaction] = []
    for segment in segments {
      transactions += try segment.transactionIndex().transactions.filter { $0.lastOffset >= start }
    }
    ahead = transactions.sorted { $0.firstOffset < $1.firstOffset }[...]
  }

  /// Passes a batch of data. Whether its transaction was aborted.
  mutating func passData(_ header: RecordBatchHeader) -> Bool {
    reach(header.lastOffset)
    guard header.attributes.isTransactional else { return false }
    guard aborted[header.producerID] != nil else {
      committed.insert(header.producerID)
      return false
    }
    aborted[header.producerID]?.hasData = true
    return true
  }

  /// Passes a control batch; `marker` is what it says, nil where compaction has emptied it or it is
  /// no marker.
  mutating func passControl(
    _ header: RecordBatchHeader, _ marker: TransactionMarker?
  ) -> MarkerRole {
    reach(header.lastOffset)
    guard let marker else { return MarkerRole(isIdle: header.recordCount == 0) }
    guard marker.isAbort else {
      return MarkerRole(isIdle: committed.remove(header.producerID) == nil)
    }
    guard let reached = aborted.removeValue(forKey: header.producerID), reached.hasData else {
      return MarkerRole(isIdle: true)
    }
    return MarkerRole(isIdle: false, aborted: reached.transaction)
  }

  private mutating func reach(_ offset: Offset) {
    while let next = ahead.first, next.firstOffset <= offset {
      ahead.removeFirst()
      if aborted[next.producerID] == nil { aborted[next.producerID] = Reached(transaction: next) }
    }
  }
}
