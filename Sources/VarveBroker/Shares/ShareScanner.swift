internal import VarveBase
internal import VarveCoordination
internal import VarveLog

/// Looks at a log for share groups: at its batches alone, or, for a queue, at the headers of every
/// record.
struct ShareScanner: ~Copyable {
  /// Read at a time.
  private static let bytesMax = 1 << 20

  let isolation: IsolationLevel
  /// Nil where the group is no queue: records are not looked at.
  let queue: Queue?
  private var decompressor = RecordBatchDecompressor()

  struct Queue: Sendable {
    /// Milliseconds that a record without a header of its own has; nil for no end.
    let timeToLive: Int64?
    let secret: KeyHash.Secret
  }

  init(isolation: IsolationLevel, queue: Queue?) {
    self.isolation = isolation
    self.queue = queue
  }

  /// Looks at what lies from an offset on, before the end of what may be read: at one batch at
  /// least.
  mutating func scan(_ log: PartitionLog, from start: Int64) throws(LogError) -> ShareScan {
    let slice = try log.read(
      from: Offset(start), maxBytes: Self.bytesMax, isolation: isolation)
    var items: [ShareScan.Item] = []
    var (position, end) = (0, start)
    while position < slice.bytes.count {
      do throws(RecordBatchError) {
        let header = try RecordBatch.checkedHeader(slice.bytes.bytes, at: position)
        let batch = slice.bytes.slice(position..<position + header.sizeInBytes)
        if header.lastOffset.rawValue >= start {
          try look(at: batch, header, slice.aborted, from: start, &items)
          end = header.nextOffset.rawValue
        }
        position += header.sizeInBytes
      } catch {
        if error.code == .truncated, position > 0 { break }
        throw LogError(error, for: log.partition)
      }
    }
    return ShareScan(start: start, end: end, items: items)
  }

  private mutating func look(
    at batch: ByteSlice, _ header: RecordBatchHeader, _ aborted: [AbortedTransaction],
    from start: Int64, _ items: inout [ShareScan.Item]
  ) throws(RecordBatchError) {
    let offsets = max(header.baseOffset.rawValue, start)...header.lastOffset.rawValue
    guard !header.attributes.isControl, header.recordCount > 0,
      !aborted.contains(where: { $0.covers(header) })
    else { return items.append(.gone(offsets)) }
    guard let queue else { return items.append(.records(offsets)) }
    try RecordBatch.verifyChecksum(batch.bytes, header: header)
    let payload = try decompressor.payload(
      of: batch, header: header, limit: Int(Int32.max) - 1)
    var records = RecordIterator(payload: payload.bytes, header: header)
    while let record = try records.next() {
      guard record.offset.rawValue >= start else { continue }
      items.append(
        .queued(
          QueuedRecord(record, timeToLive: queue.timeToLive, secret: queue.secret)))
    }
  }
}

extension AbortedTransaction {
  fileprivate func covers(_ header: RecordBatchHeader) -> Bool {
    header.attributes.isTransactional && producerID == header.producerID
      && firstOffset <= header.baseOffset && header.lastOffset <= lastOffset
  }
}
