internal import VarveBase

/// The three indexes of a segment while batches are added to it, in the rhythm that Kafka has:
/// an entry for the first batch that starts more than `index.interval.bytes` after the last entry.
struct SegmentIndexes: Sendable {
  let offsets: OffsetIndex
  let times: TimeIndex
  let transactions: TransactionIndex
  private let intervalBytes: Int

  init(
    _ files: SegmentFiles, on fileSystem: any FileSystem, configuration: LogConfiguration
  ) throws(LogError) {
    offsets = try OffsetIndex(
      fileSystem, path: files.offsetIndex, baseOffset: files.baseOffset,
      maxBytes: configuration.segmentIndexBytes, writable: true)
    times = try TimeIndex(
      fileSystem, path: files.timeIndex, baseOffset: files.baseOffset,
      maxBytes: configuration.segmentIndexBytes, writable: true)
    transactions = try TransactionIndex(
      fileSystem, path: files.transactionIndex, baseOffset: files.baseOffset)
    intervalBytes = configuration.indexIntervalBytes
  }

  @inline(__always) var isFull: Bool { offsets.isFull || times.isFull }

  /// Makes room for the entry of a batch at `end`, if one is due, so that `add` can't fail for
  /// want of it.
  @inline(__always)
  func reserve(after end: SegmentEnd) throws(LogError) {
    if isEntryDue(after: end) { try reserveEntry() }
  }

  @inline(never)
  private func reserveEntry() throws(LogError) {
    try offsets.reserve()
    try times.reserve()
  }

  @inline(__always)
  private func isEntryDue(after end: SegmentEnd) -> Bool {
    end.bytesSinceIndexEntry > intervalBytes
  }

  /// Adds a batch that starts at `position` and moves `end` behind it. `reserve` came first.
  @inline(__always)
  func add(_ header: RecordBatchHeader, at position: Int, _ end: inout SegmentEnd) {
    end.add(header)
    if isEntryDue(after: end) {
      addEntry(header.lastOffset, at: position, end.newest)
      end.bytesSinceIndexEntry = 0
    }
    end.bytesSinceIndexEntry += header.sizeInBytes
  }

  /// An index that is full, which only a lowered limit brings about, goes without the entry: a
  /// lookup then scans further.
  @inline(never)
  private func addEntry(_ lastOffset: Offset, at position: Int, _ newest: SegmentEnd.NewestRecord) {
    _ = offsets.append(offset: lastOffset, position: position)
    _ = times.append(newest.timestamp, offset: newest.offset)
  }

  /// Completes the time index and cuts the files behind their last entries.
  func close(_ end: SegmentEnd) throws(LogError) {
    try times.reserve()
    _ = times.append(end.newest.timestamp, offset: end.newest.offset, evenIfFull: true)
    try offsets.trimToValidSize()
    try times.trimToValidSize()
  }

  func sync() throws(LogError) {
    try offsets.sync()
    try times.sync()
    try transactions.sync()
  }
}
