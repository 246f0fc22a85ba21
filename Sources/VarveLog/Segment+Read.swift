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
    let start = try offsetIndex().lookup(target).position
    return try scan(from: start) { $0.header.lastOffset >= target }
  }

  /// The first batch from `start` on that `isWanted`; nil if there is none.
  func scan(
    from start: Int, until isWanted: (BatchLocation) -> Bool
  ) throws(LogError) -> BatchLocation? {
    let end = end
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
    let indexed = try timeIndex().lookup(Timestamp(target.rawValue - 1)).offset
    let start = try offsetIndex().lookup(max(indexed, minimum)).position
    var position = start
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
