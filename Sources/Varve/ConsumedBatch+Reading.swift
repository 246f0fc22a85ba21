package import VarveLog

extension ConsumedBatch {
  /// What of the bytes read from a log is to be shown, and how much they are trusted.
  package struct Filter: Sendable {
    /// The offsets to be shown.
    package var range: Range<Offset>
    /// Leaves out the records of aborted transactions.
    package var isolation: Isolation
    /// Compares the checksum of every stored batch with its bytes.
    package var verifiesChecksums: Bool
    /// The most bytes that the records of a stored batch may take when decompressed.
    package var payloadByteCountMax = 256 << 20

    package init(
      _ range: Range<Offset>, isolation: Isolation = .readUncommitted,
      verifiesChecksums: Bool = true
    ) {
      self.range = range
      self.isolation = isolation
      self.verifiesChecksums = verifiesChecksums
    }

    /// All from an offset on.
    package init(
      from offset: Offset, isolation: Isolation = .readUncommitted,
      verifiesChecksums: Bool = true
    ) {
      self.init(
        offset..<Offset(Int64.max), isolation: isolation, verifiesChecksums: verifiesChecksums)
    }
  }

  /// Takes in what was read from a log, and checks every record of it. The last stored batch may
  /// be cut short: then it is left for the next read. `nextOffset` is where that goes on.
  ///
  /// Throws `.corrupt` for bytes that no writer of the format leaves, `.unsupportedCompression`
  /// for a codec that this build lacks.
  package init(
    _ slice: LogSlice, of source: TopicPartition, _ filter: Filter
  ) throws(VarveError) {
    var reading = BatchReading(slice, of: source, filter)
    try reading.run()
    self = reading.batch
  }
}

/// The state of taking in bytes.
private struct BatchReading: ~Copyable {
  private var walk: BatchWalk
  private var parts: [ConsumedBatch.Part] = []
  private var count = 0
  /// Where the whole batches that are not in a part yet begin.
  private var runStart: Int?
  private var decompressor = RecordBatchDecompressor()

  init(_ slice: LogSlice, of source: TopicPartition, _ filter: ConsumedBatch.Filter) {
    walk = BatchWalk(slice, of: source, filter)
  }

  var batch: ConsumedBatch {
    ConsumedBatch(
      source: walk.source, count: count, nextOffset: walk.nextOffset,
      endOffset: walk.slice.endOffset, parts: parts, range: walk.filter.range)
  }

  mutating func run() throws(VarveError) {
    while let stored = try walk.next() {
      if !stored.isShown {
        endRun(at: stored.range.lowerBound)
      } else if stored.header.attributes.codec == CompressionCodec.none {
        count += try walk.count(stored.bytes.slice(stored.payload), stored.header)
        runStart = runStart ?? stored.range.lowerBound
      } else {
        endRun(at: stored.range.lowerBound)
        let payload = try walk.payload(of: stored, with: &decompressor)
        count += try walk.count(payload, stored.header)
        parts.append(ConsumedBatch.Part(bytes: payload, header: stored.header))
      }
    }
    endRun(at: walk.position)
  }

  private mutating func endRun(at position: Int) {
    guard let start = runStart else { return }
    parts.append(ConsumedBatch.Part(bytes: walk.slice.bytes.slice(start..<position), header: nil))
    runStart = nil
  }
}
