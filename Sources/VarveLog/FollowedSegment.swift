internal import VarveBase

/// The segment that the writer appends to, as a follower knows it.
struct FollowedSegment {
  /// What a segment can have. Addresses behind the end of the file cost nothing.
  private static let addressBytes = Limits.segmentBytesMax
  private static let indexBytes = 10 << 20

  let segment: Segment
  private(set) var end: SegmentEnd
  private let file: any File
  private let offsets: OffsetIndex
  private let times: TimeIndex
  private let transactions: TransactionIndex

  init(_ files: SegmentFiles, on fileSystem: any FileSystem) throws(LogError) {
    let log: FileMapping
    do {
      file = try fileSystem.open(files.log, .read)
      log = try file.map(Self.addressBytes, writable: false)
    } catch { throw LogError(error) }
    offsets = try OffsetIndex(
      fileSystem, path: files.offsetIndex, baseOffset: files.baseOffset,
      maxBytes: Self.indexBytes, writable: false)
    times = try TimeIndex(
      fileSystem, path: files.timeIndex, baseOffset: files.baseOffset, maxBytes: Self.indexBytes,
      writable: false)
    transactions = try TransactionIndex(
      fileSystem, path: files.transactionIndex, baseOffset: files.baseOffset)
    end = SegmentEnd(baseOffset: files.baseOffset)
    segment = Segment(
      files, on: fileSystem, end: 0, nextOffset: files.baseOffset, isClosed: false,
      newestTimestamp: Timestamp.none,
      views: Segment.Views(
        log: log, offsetIndex: offsets, timeIndex: times, transactionIndex: transactions))
  }

  /// Reads what lies behind the end that is known, and shows whole batches to readers.
  mutating func refresh(_ producers: inout ProducerStateTable) throws(LogError) {
    let size: Int
    do { size = try file.byteCount() } catch { throw LogError(error) }
    guard size > end.end else { return }
    var window = FileWindow(file, byteCount: size)
    var isFirst = true
    while let batch = try next(&window, size) {
      if isFirst {
        // Before the end moves: an index may be ahead of the log that readers see, never behind
        // one of its own earlier entries.
        try offsets.refresh()
        try times.refresh()
        isFirst = false
      }
      end.add(batch.header)
      if try producers.replay(batch.header, batch.bytes.bytes) != nil {
        try transactions.refresh()
      }
      segment.publish(end)
    }
  }

  /// The batch at the end, if it is there whole. It is not where the writer has closed the segment
  /// since its size was asked for, and cut it behind its last batch.
  private func next(
    _ window: inout FileWindow, _ size: Int
  ) throws(LogError) -> (header: RecordBatchHeader, bytes: ByteSlice)? {
    let start = end.end
    guard size - start >= RecordBatchHeader.byteCount else { return nil }
    guard let first = try window.bytesIfThere(start..<start + RecordBatchHeader.byteCount),
      let head = RecordBatchHeader(first.bytes), head.batchLength > 0,
      head.sizeInBytes <= size - start,
      let bytes = try window.bytesIfThere(start..<start + head.sizeInBytes)
    else { return nil }
    do {
      let header = try RecordBatch.checkedHeader(bytes.bytes)
      guard header.baseOffset >= end.nextOffset else { return nil }
      try RecordBatch.verifyChecksum(bytes.bytes, header: header)
      return (header, bytes)
    } catch {
      // Being stored right now, or torn by a crash: recovery will cut it then.
      return nil
    }
  }

  /// Nothing more will come: there is a segment behind it.
  func close() { segment.markClosed() }
}
