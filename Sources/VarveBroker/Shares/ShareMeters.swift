internal import Synchronization
internal import VarveBase
internal import VarveCoordination
internal import VarveLog

/// How fast share groups get on, and since when their oldest records wait.
///
/// Upkeep looks at them now and then, and so does everybody who asks; delivering knows nothing of
/// it. May be used from any thread.
final class ShareMeters: Sendable {
  /// Milliseconds between two looks of upkeep.
  static let interval: Int64 = 5_000

  private let meters = Mutex<[SharePartitionKey: Meter]>([:])

  private struct Meter {
    var flow = FlowMeter()
    /// The time of the record at an offset, or of the first one after it.
    var oldest: (offset: Int64, time: Timestamp)?
  }

  /// Takes a look at a partition's totals.
  func flow(of key: SharePartitionKey, _ totals: FlowTotals, at uptime: Int64) -> ShareFlow? {
    meters.withLock { $0[key, default: Meter()].flow.look(totals, at: uptime) }
  }

  /// When the first record from an offset on is stamped; nil where there is none. The log is read
  /// where the offset is another one than the last time.
  func oldest(
    of key: SharePartitionKey, in log: PartitionLog, from start: Int64
  ) throws(LogError) -> Timestamp? {
    if let known = meters.withLock({ $0[key]?.oldest }), known.offset == start {
      return known.time
    }
    guard let time = try log.firstTimestamp(from: Offset(start)) else { return nil }
    meters.withLock { $0[key, default: Meter()].oldest = (start, time) }
    return time
  }

  /// Forgets what groups are done with for good.
  func keep(_ keys: Set<SharePartitionKey>) {
    meters.withLock { meters in meters = meters.filter { keys.contains($0.key) } }
  }
}

extension PartitionLog {
  /// The time of the first record from an offset on that is no marker.
  fileprivate func firstTimestamp(from offset: Offset) throws(LogError) -> Timestamp? {
    var next = max(offset, startOffset)
    while next < endOffset {
      let batch = try read(from: next, maxBytes: 1).bytes
      guard !batch.isEmpty else { return nil }
      do throws(RecordBatchError) {
        let header = try RecordBatch.checkedHeader(batch.bytes)
        if !header.attributes.isControl, let time = try firstTimestamp(in: batch, header, next) {
          return time
        }
        next = header.lastOffset + 1
      } catch { throw LogError(error, for: partition) }
    }
    return nil
  }

  private func firstTimestamp(
    in batch: ByteSlice, _ header: RecordBatchHeader, _ offset: Offset
  ) throws(RecordBatchError) -> Timestamp? {
    var decompressor = RecordBatchDecompressor()
    let payload = try decompressor.payload(
      of: batch, header: header, limit: Int(Int32.max) - 1)
    var records = RecordIterator(payload: payload.bytes, header: header)
    while let record = try records.next() {
      if record.offset >= offset { return record.timestamp }
    }
    return nil
  }
}
