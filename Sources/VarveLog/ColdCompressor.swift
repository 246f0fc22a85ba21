internal import Synchronization
internal import VarveBase

/// Rewrites the old segments of one log as gzip batches, in the background
/// (`varve.cold.compression`). Every reader reads them without knowing; a read decompresses the one
/// batch that it asks for.
///
/// The holder calls `step` now and then. No step holds a lock that appends or reads wait for while
/// it reads or writes files.
package final class ColdCompressor: Sendable {
  /// Bytes of log that one step takes on: about a second of one core.
  private static let stepBytes = 32 << 20
  /// A segment that stays larger than this share of its size is left as it is.
  private static let worthwhileShare = 0.95
  /// Places that are looked at before a segment is judged, and the bytes at each.
  private static let samples = 4
  private static let sampleBytes = 32 << 10

  private let log: PartitionLog
  private let state = Mutex(State())

  private struct State: ~Copyable {
    /// The size of each segment that was judged, by base offset: one of another size is a new one.
    var judged: [Offset: Int] = [:]
    var rewrite: ColdRewrite?
  }

  package init(_ log: PartitionLog) { self.log = log }

  /// Works on the first segment that is due, closed and with a newest record older than
  /// `varve.cold.compression.after.ms`: judges it, or rewrites some of it. False where there is
  /// none, or while compaction is at work on the same log.
  ///
  /// Throws what the disk said, and the next step tries again; or `.corrupt` for a damaged segment,
  /// which stays as it is.
  package func step() throws(LogError) -> Bool {
    try state.withLock { state throws(LogError) in
      guard log.configuration.isColdCompressed else {
        abandon(&state)
        return false
      }
      if let rewrite = state.rewrite.take() {
        try resume(rewrite, &state)
        return true
      }
      guard let segment = try firstDue(&state), let lease = try log.leaseRewriting() else {
        return false
      }
      try start(segment, lease, &state)
      return true
    }
  }

  private func firstDue(_ state: inout State) throws(LogError) -> Segment? {
    let closed = log.segments.dropLast()
    let present = Set(closed.map(\.baseOffset))
    state.judged = state.judged.filter { present.contains($0.key) }
    let age = log.configuration.coldCompressionAfterMilliseconds
    let now = log.time.now
    for segment in closed where segment.end > 0 && state.judged[segment.baseOffset] != segment.end {
      let newest = try segment.newestTimestamp()
      if newest >= 0, now.rawValue - newest.rawValue > age { return segment }
    }
    return nil
  }

  private func start(
    _ segment: Segment, _ lease: RewriteLease, _ state: inout State
  ) throws(LogError) {
    do {
      guard try isPromising(segment) else {
        state.judged[segment.baseOffset] = segment.end
        return
      }
      try log.flush()
      try resume(ColdRewrite(segment, of: log, lease), &state)
    } catch { throw give(up: segment, error, &state) }
  }

  private func resume(
    _ rewrite: consuming ColdRewrite, _ state: inout State
  ) throws(LogError) {
    let (segment, lease) = (rewrite.segment, rewrite.lease)
    defer { withExtendedLifetime(lease) {} }
    do {
      if try rewrite.advance(by: Self.stepBytes) {
        state.rewrite = consume rewrite
        return
      }
      try rewrite.finish()
      let limit = Double(segment.end) * Self.worthwhileShare
      if Double(rewrite.end.end) < limit {
        if try log.replace([segment], with: rewrite.end) {
          state.judged[segment.baseOffset] = rewrite.end.end
          return
        }
      } else {
        state.judged[segment.baseOffset] = segment.end
      }
      log.discardRewrite()
    } catch { throw give(up: segment, error, &state) }
  }

  /// The error, once the files are gone; a damaged segment is not tried again.
  private func give(
    up segment: Segment, _ error: LogError, _ state: inout State
  ) -> LogError {
    log.discardRewrite()
    if error.code == .corrupt { state.judged[segment.baseOffset] = segment.end }
    return error
  }

  private func abandon(_ state: inout State) {
    guard let rewrite = state.rewrite.take() else { return }
    withExtendedLifetime(rewrite.lease) { log.discardRewrite() }
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
