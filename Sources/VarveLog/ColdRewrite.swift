internal import VarveBase

/// The rewrite of one segment as gzip batches, a part at a time.
struct ColdRewrite: ~Copyable {
  let segment: Segment
  let lease: RewriteLease
  private var merger: ColdBatchMerger
  private var writer: CleanedSegmentWriter
  /// The segment's bytes up to here are in the new one.
  private var position = 0

  init(_ segment: Segment, of log: PartitionLog, _ lease: RewriteLease) throws(LogError) {
    let writer = try log.startRewrite(at: segment.baseOffset)
    self.segment = segment
    self.lease = lease
    merger = ColdBatchMerger(
      batchBytes: log.configuration.coldBatchBytes, bounded: log.rememberedBatches)
    self.writer = writer
  }

  var end: SegmentEnd { writer.end }

  /// Takes on about `byteCount` bytes of the segment. False where none are left.
  mutating func advance(by byteCount: Int) throws(LogError) -> Bool {
    let limit = position + byteCount
    while position < limit {
      guard let batch = try segment.scan(from: position, until: { _ in true }) else { return false }
      let bytes = try segment.checkedBytes(of: batch)
      do {
        try merger.add(bytes, batch.header, to: &writer)
      } catch { throw error.named(segment, at: batch.position) }
      position = batch.end
    }
    return true
  }

  /// Completes the files. Offsets are what they were, and so are the aborted transactions.
  mutating func finish() throws(LogError) {
    do { try merger.flush(to: &writer) } catch { throw error.named(segment, at: position) }
    for transaction in try segment.transactionIndex().transactions {
      try writer.append(transaction)
    }
    try writer.finish()
  }
}

extension ColdError {
  fileprivate func named(_ segment: Segment, at position: Int) -> LogError {
    switch self {
    case .batch(let error): LogError(error, in: segment.files.log, at: position)
    case .log(let error): error
    }
  }
}
