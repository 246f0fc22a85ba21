internal import VarveBase

/// Makes larger, compressed batches of a segment's batches, without changing what a record says:
/// its offset, time, key, value, headers, and the producer, sequence number and transaction that it
/// belongs to.
///
/// Batches are joined where their headers agree and their offsets and sequence numbers follow on
/// each other. Markers, batches without records and batches that are compressed already pass as
/// they are.
///
/// A producer that sends a batch again is answered from the last five batches that the log knows of
/// it, and a recovery may read those back from a rewritten segment. So the batches that the log
/// knows when the rewrite starts are compressed each for itself, and keep their bounds; what a
/// later recovery knows is a part of those and of batches that came afterwards.
struct ColdBatchMerger: ~Copyable {
  private let batchBytes: Int
  /// Last offsets of the batches that keep their bounds.
  private let bounded: Set<Offset>
  private var builder = RecordBatchBuilder(codec: .gzip)
  /// The batches whose records the builder has, as they are in the log.
  private var pending: [Pending] = []
  private var pendingBytes = 0

  private struct Pending {
    let header: RecordBatchHeader
    let bytes: ByteSlice
  }

  /// - Parameter batchBytes: uncompressed bytes that a batch aims at.
  init(batchBytes: Int, bounded: Set<Offset>) {
    self.batchBytes = batchBytes
    self.bounded = bounded
  }

  /// Whether a batch is one that can become smaller.
  static func isCompressible(_ header: RecordBatchHeader) -> Bool {
    header.attributes.codec == CompressionCodec.none && header.recordCount > 0
      && !header.attributes.isControl
  }

  /// Takes the next batch, and writes those before it that it can't be joined with.
  mutating func add(
    _ bytes: ByteSlice, _ header: RecordBatchHeader, to writer: inout CleanedSegmentWriter
  ) throws(ColdError) {
    guard Self.isCompressible(header) else {
      try flush(to: &writer)
      try writer.take(bytes, header)
      return
    }
    if !canJoin(header) { try flush(to: &writer) }
    if pending.isEmpty {
      builder.take(header)
      builder.deleteHorizon = header.deleteHorizon
    }
    do {
      let payload = bytes.slice(RecordBatchHeader.byteCount..<bytes.count)
      var records = RecordIterator(payload: payload.bytes, header: header)
      while let record = try records.next() { try builder.append(record) }
    } catch { throw .batch(error) }
    pending.append(Pending(header: header, bytes: bytes))
    pendingBytes += bytes.count
  }

  /// Writes what is waiting: joined and compressed, or as it was where that is no smaller.
  mutating func flush(to writer: inout CleanedSegmentWriter) throws(ColdError) {
    guard let last = pending.last?.header else { return }
    builder.lastOffset = last.lastOffset
    do { try builder.finish() } catch { throw .batch(error) }
    if builder.bytes.byteCount < pendingBytes, let header = RecordBatchHeader(builder.bytes) {
      do { try writer.append(builder.bytes, header) } catch { throw .log(error) }
    } else {
      for batch in pending { try writer.take(batch.bytes, batch.header) }
    }
    builder.reset()
    pending.removeAll(keepingCapacity: true)
    pendingBytes = 0
  }

  private func canJoin(_ next: RecordBatchHeader) -> Bool {
    guard let last = pending.last?.header, let first = pending.first?.header else { return false }
    return pendingBytes + next.sizeInBytes <= batchBytes
      && !isBounded(last) && !isBounded(next)
      && next.lastOffset - first.baseOffset <= Limits.offsetDeltaMax
      && Self.agree(last, next) && Self.follows(next, last)
  }

  private func isBounded(_ header: RecordBatchHeader) -> Bool {
    header.deleteHorizon != nil || header.hasProducerID && bounded.contains(header.lastOffset)
  }

  private static func agree(_ one: RecordBatchHeader, _ other: RecordBatchHeader) -> Bool {
    one.attributes == other.attributes && one.producerID == other.producerID
      && one.producerEpoch == other.producerEpoch
      && one.partitionLeaderEpoch == other.partitionLeaderEpoch
      // All records of a batch that the log has stamped have its one time.
      && (one.attributes.timestampType == .create || one.maxTimestamp == other.maxTimestamp)
  }

  private static func follows(_ next: RecordBatchHeader, _ last: RecordBatchHeader) -> Bool {
    // Without sequence numbers, offsets may have gaps: compaction leaves some.
    guard last.hasProducerID else { return next.baseSequence == last.baseSequence }
    let nextSequence =
      last.baseSequence < 0 ? -1 : RecordBatchHeader.sequence(last.lastSequence, advancedBy: 1)
    return next.baseOffset == last.nextOffset && next.baseSequence == nextSequence
  }
}

/// What can go wrong while batches are joined.
enum ColdError: Error {
  case batch(RecordBatchError)
  case log(LogError)
}

extension CleanedSegmentWriter {
  fileprivate mutating func take(
    _ batch: ByteSlice, _ header: RecordBatchHeader
  ) throws(ColdError) {
    do { try append(batch.bytes, header) } catch { throw .log(error) }
  }
}
