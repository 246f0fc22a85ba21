internal import Synchronization
internal import VarveBase

/// Rewrites the old segments of one log as gzip batches, in the background, one segment a step
/// (`varve.cold.compression`). Every reader reads them without knowing; a read decompresses the one
/// batch that it asks for.
///
/// No step holds a lock that appends or reads wait for while it reads or writes files.
package final class ColdCompressor: Sendable {
  /// A segment that stays larger than this share of its size is left as it is.
  private static let worthwhileShare = 0.95
  /// Places that are looked at before a segment is judged, and the bytes at each.
  private static let samples = 4
  private static let sampleBytes = 32 << 10

  private let log: PartitionLog
  /// The size of each segment that was judged, by base offset: one of another size is a new one.
  private let judged = Mutex<[Offset: Int]>([:])

  package init(_ log: PartitionLog) { self.log = log }

  /// Rewrites, or finds not worth it, the first segment that is due: closed, with a newest record
  /// older than `varve.cold.compression.after.ms`. False where there is none, or while compaction
  /// is at work on the same log.
  ///
  /// Throws what the disk said, and the next step tries again; or `.corrupt` for a damaged segment,
  /// which stays as it is.
  package func step() throws(LogError) -> Bool {
    guard log.configuration.isColdCompressed else { return false }
    return try log.rewriting { () throws(LogError) in
      guard let segment = try firstDue() else { return false }
      do throws(LogError) {
        try compress(segment)
      } catch {
        if error.code == .corrupt { note(segment.baseOffset, segment.end) }
        throw error
      }
      return true
    } ?? false
  }

  private func firstDue() throws(LogError) -> Segment? {
    let closed = log.segments.dropLast()
    let known = judged.withLock { judged in
      let present = Set(closed.map(\.baseOffset))
      judged = judged.filter { present.contains($0.key) }
      return judged
    }
    let age = log.configuration.coldCompressionAfterMilliseconds
    let now = log.time.now
    for segment in closed where segment.end > 0 && known[segment.baseOffset] != segment.end {
      let newest = try segment.newestTimestamp()
      if newest >= 0, now.rawValue - newest.rawValue > age { return segment }
    }
    return nil
  }

  private func note(_ base: Offset, _ end: Int) { judged.withLock { $0[base] = end } }

  private func compress(_ segment: Segment) throws(LogError) {
    guard try isPromising(segment) else { return note(segment.baseOffset, segment.end) }
    try log.flush()
    let writer = try rewritten(segment)
    guard Double(writer.end.end) < Double(segment.end) * Self.worthwhileShare else {
      log.discardRewrite()
      return note(segment.baseOffset, segment.end)
    }
    if try log.replace([segment], with: writer.end) {
      note(segment.baseOffset, writer.end.end)
    } else {
      log.discardRewrite()
    }
  }

  private func rewritten(_ segment: Segment) throws(LogError) -> CleanedSegmentWriter {
    var merger = ColdBatchMerger(
      batchBytes: log.configuration.coldBatchBytes, bounded: log.rememberedBatches)
    var writer = try log.startRewrite(at: segment.baseOffset)
    var position = 0
    while let batch = try segment.scan(from: position, until: { _ in true }) {
      let bytes = try segment.checkedBytes(of: batch)
      do {
        try merger.add(bytes, batch.header, to: &writer)
      } catch { throw error.named(segment, at: batch.position) }
      position = batch.end
    }
    do { try merger.flush(to: &writer) } catch { throw error.named(segment, at: position) }
    for transaction in try segment.transactionIndex().transactions {
      try writer.append(transaction)
    }
    try writer.finish()
    return writer
  }

  // MARK: - Samples

  /// Whether some of the segment is not compressed, and becomes smaller when it is: a look at a few
  /// places, so that a segment that was rewritten before a restart costs next to nothing.
  private func isPromising(_ segment: Segment) throws(LogError) -> Bool {
    let index = try segment.offsetIndex()
    var sizes = (before: 0, after: 0)
    for sample in 0..<Self.samples {
      let entry = index.entryCount * sample / Self.samples
      let position = sample > 0 && entry > 0 ? index.entry(at: entry).position : 0
      guard sample == 0 || position > 0 else { continue }
      try addSample(of: segment, from: position, to: &sizes)
    }
    return Double(sizes.after) < Double(sizes.before) * Self.worthwhileShare
  }

  private func addSample(
    of segment: Segment, from start: Int, to sizes: inout (before: Int, after: Int)
  ) throws(LogError) {
    var builder = RecordBatchBuilder(codec: .gzip)
    var position = start
    do {
      while position - start < Self.sampleBytes,
        let batch = try segment.scan(from: position, until: { _ in true }),
        ColdBatchMerger.isCompressible(batch.header)
      {
        let bytes = try segment.checkedBytes(of: batch)
        let payload = bytes.slice(RecordBatchHeader.byteCount..<bytes.count)
        var records = RecordIterator(payload: payload.bytes, header: batch.header)
        if builder.isEmpty { builder.take(batch.header) }
        while let record = try records.next() { try builder.append(record) }
        position = batch.end
      }
      guard !builder.isEmpty else { return }
      try builder.finish()
    } catch let error as RecordBatchError {
      throw LogError(error, in: segment.files.log, at: position)
    } catch { throw (error as? LogError) ?? LogError(.corrupt, "\(error)") }
    sizes.before += position - start
    sizes.after += builder.bytes.byteCount
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
