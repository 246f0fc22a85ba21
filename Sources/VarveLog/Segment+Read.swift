package import VarveBase

/// A batch's place in its segment.
struct BatchLocation {
  let header: RecordBatchHeader
  let position: Int

  var end: Int { position + header.sizeInBytes }
}

extension Segment {
  /// The first batch whose last offset is `target` or greater; nil past the published end.
  ///
  /// One binary search and a scan of at most an index interval and one batch.
  func locate(_ target: Offset) throws(LogError) -> BatchLocation? {
    try scan(from: try position(indexedFor: target)) { $0.header.lastOffset >= target }
  }

  /// Where a scan for `target` may start: a batch that begins at or before it.
  ///
  /// Throws `.corrupt` where the index names a place that is no such batch, which would hide
  /// records. It is under no checksum, so it is believed only where the log agrees.
  package func position(indexedFor target: Offset) throws(LogError) -> Int {
    let index = try offsetIndex()
    let entry = index.lookup(target)
    guard entry.position > 0 else { return 0 }
    // Loaded in this order: once closed, the end that follows is final.
    let isClosed = isClosed
    let end = end
    guard entry.position < end else {
      // An entry is added before the end that covers its batch is published.
      if !isClosed { return try scanStart(before: entry, in: index, end: end) }
      throw lyingIndex(entry, "the log ends at byte \(end)")
    }
    let header: RecordBatchHeader
    do {
      header = try self.header(in: log(), at: entry.position, end: end)
    } catch { throw error.code == .corrupt ? lyingIndex(entry, error.message) : error }
    guard header.baseOffset <= entry.offset, header.baseOffset >= baseOffset else {
      throw lyingIndex(entry, "the batch there starts at offset \(header.baseOffset)")
    }
    return entry.position
  }

  /// The last entry that lies before the published end.
  private func scanStart(
    before entry: OffsetIndex.Entry, in index: OffsetIndex, end: Int
  ) throws(LogError) -> Int {
    var earlier = entry
    while earlier.position >= end {
      guard earlier.offset > baseOffset else { return 0 }
      let next = index.lookup(Offset(earlier.offset.rawValue - 1))
      guard next.position < earlier.position else { return 0 }
      earlier = next
    }
    return earlier.position
  }

  private func lyingIndex(_ entry: OffsetIndex.Entry, _ found: String) -> LogError {
    LogError(
      .corrupt,
      """
      the index says that the batch of offset \(entry.offset) is at byte \(entry.position) of the \
      log; \(found). Close the log and remove the index: it is built again when the log is opened
      """, file: files.offsetIndex, offset: entry.offset)
  }

  /// The first batch from `start` on that `isWanted`; nil if there is none.
  func scan(
    from start: Int, until isWanted: (BatchLocation) -> Bool
  ) throws(LogError) -> BatchLocation? {
    let end = end
    guard start < end else { return nil }
    let mapping = try log()
    var position = start
    while position < end {
      let location = BatchLocation(
        header: try header(in: mapping, at: position, end: end), position: position)
      if isWanted(location) { return location }
      position = location.end
    }
    return nil
  }

  /// The header at `position`, judged: what the file claims is never trusted to be in bounds.
  func header(
    in mapping: FileMapping, at position: Int, end: Int
  ) throws(LogError) -> RecordBatchHeader {
    do {
      return try mapping.withBytes(position..<end) { bytes throws(RecordBatchError) in
        try RecordBatch.checkedHeader(bytes)
      }
    } catch { throw LogError(error, in: files.log, at: position) }
  }

  /// Bytes from the batch at `position` up to `limit`: whole batches where all fit in `maxBytes`,
  /// else cut there, though never within the first batch.
  func slice(
    from location: BatchLocation, limit: Int, maxBytes: Int
  ) throws(LogError) -> ByteSlice {
    let size = max(min(limit - location.position, maxBytes), location.header.sizeInBytes)
    return try log().slice(location.position..<location.position + size)
  }

  /// The first record stamped `target` or later whose offset is `minimum` or greater.
  func find(
    _ target: Timestamp, notBefore minimum: Offset
  ) throws(LogError) -> TimestampedOffset? {
    let before = Timestamp(max(target.rawValue, 0) - 1)
    let indexed = try timeIndex().lookup(before).offset
    var position = try self.position(indexedFor: max(indexed, minimum))
    while let batch = try scan(
      from: position,
      until: {
        $0.header.maxTimestamp >= target && $0.header.lastOffset >= minimum
      })
    {
      if let found = try firstRecord(of: batch, stamped: target, notBefore: minimum) {
        return found
      }
      position = batch.end
    }
    return nil
  }

  private func firstRecord(
    of batch: BatchLocation, stamped target: Timestamp, notBefore minimum: Offset
  ) throws(LogError) -> TimestampedOffset? {
    let payload = try payload(of: batch)
    do {
      var records = RecordIterator(payload: payload.bytes, header: batch.header)
      while let record = try records.next() {
        if record.timestamp >= target && record.offset >= minimum {
          return TimestampedOffset(
            timestamp: record.timestamp, offset: record.offset,
            leaderEpoch: batch.header.partitionLeaderEpoch)
        }
      }
      return nil
    } catch { throw LogError(error, in: files.log, at: batch.position) }
  }

  /// The records of a batch, uncompressed: a slice of the mapping, or memory of their own.
  func payload(of batch: BatchLocation) throws(LogError) -> ByteSlice {
    let bytes = try log().slice(batch.position..<batch.end)
    guard batch.header.attributes.codec != CompressionCodec.none else {
      return bytes.slice(RecordBatchHeader.byteCount..<bytes.count)
    }
    do {
      var decompressor = RecordBatchDecompressor()
      return try decompressor.payload(of: bytes.bytes, header: batch.header, limit: Int(Int32.max))
    } catch { throw LogError(error, in: files.log, at: batch.position) }
  }
}

/// A record found by its time.
package struct TimestampedOffset: Equatable, Sendable {
  package let timestamp: Timestamp
  package let offset: Offset
  package let leaderEpoch: Int32
}
