internal import VarveBase

/// The one that appends to a segment: what only the holder of the partition's lock touches.
///
/// A batch is stored in three steps (body, indexes, length field and published end), so that a
/// reader in this process or another one sees it whole or not at all.
struct SegmentWriter: ~Copyable {
  let segment: Segment
  let file: any File
  let indexes: SegmentIndexes
  private let log: FileMapping
  /// Bytes of the file with blocks on the disk; those past the end are zero.
  private var allocated: Int
  /// Whether the rest of the mapping takes its pages in large pieces.
  private var isLarge = false
  private(set) var end: SegmentEnd
  let created: Timestamp
  /// By how much this segment is rolled earlier than `segment.ms` says.
  private let jitter: Int64
  private let isSyncedSeldom: Bool

  var nextOffset: Offset { end.nextOffset }

  /// Continues a segment whose files were checked, or starts a new one: `end` says where they end.
  init(
    _ files: SegmentFiles, on fileSystem: any FileSystem, configuration: LogConfiguration,
    end: SegmentEnd, now: Timestamp
  ) throws(LogError) {
    let (file, log, allocated) = try Self.open(files, on: fileSystem, configuration)
    let indexes = try SegmentIndexes(files, on: fileSystem, configuration: configuration)
    self.file = file
    self.log = log
    self.allocated = allocated
    self.indexes = indexes
    self.end = end
    created = now
    jitter = Self.jitter(of: files, configuration)
    isSyncedSeldom = configuration.durability != .group && configuration.flushMessages == .max
    segment = Segment(
      files, on: fileSystem, end: end.end, nextOffset: end.nextOffset, isClosed: false,
      newestTimestamp: end.newest.timestamp,
      views: Segment.Views(
        log: log, offsetIndex: indexes.offsets, timeIndex: indexes.times,
        transactionIndex: indexes.transactions))
    if !isSyncedSeldom { adviseSmall() }
  }

  /// What would be read ahead into a small segment is zeros, which take longer to clear than the
  /// appends of many partitions that are synced together. Where appends are not synced, a page at a
  /// time is what those that follow would wait for.
  private func adviseSmall() {
    guard end.end < Self.largeFrom else { return }
    log.advise(.random, end.end..<min(Self.largeFrom, log.count))
  }

  private static func open(
    _ files: SegmentFiles, on fileSystem: any FileSystem, _ configuration: LogConfiguration
  ) throws(LogError) -> (any File, FileMapping, allocated: Int) {
    do {
      let file = try fileSystem.open(files.log, .create)
      var allocated = try file.byteCount()
      if configuration.isPreallocated, allocated == 0 {
        allocated = configuration.segmentBytes
        try file.allocate(to: allocated)
      }
      let capacity = max(configuration.segmentBytes, allocated)
      return (file, try file.map(capacity, writable: true), allocated)
    } catch { throw LogError(error) }
  }

  /// Makes room for `byteCount` more bytes and an entry in each index if one is due, or throws and
  /// leaves everything as it was. After it, storing cannot fail.
  @inline(__always)
  mutating func reserve(_ byteCount: Int) throws(LogError) {
    try indexes.reserve(after: end)
    let needed = end.end + byteCount
    if needed > allocated { try grow(to: needed) }
  }

  @inline(never)
  private mutating func grow(to needed: Int) throws(LogError) {
    let grown = max(needed, min(log.count, Self.size(after: allocated, holding: needed)))
    do { try file.allocate(to: grown) } catch { throw LogError(error) }
    adviseLarge(from: allocated)
    allocated = grown
  }

  /// Page faults are most of what an append costs: in pieces of 2 MiB they come to a third (7.3
  /// against 2.4 GB/s). Not for a small segment, which would take as much memory; and not where
  /// every append is synced, for a sync writes the whole piece.
  private mutating func adviseLarge(from position: Int) {
    guard !isLarge, isSyncedSeldom, position >= Self.largeFrom else { return }
    log.advise(.large, position..<log.count)
    isLarge = true
  }

  private static var largeFrom: Int { largePiece }
  private static var largePiece: Int { 2 << 20 }

  /// A new segment takes little; a busy one is grown in steps that make the call rare. What is
  /// ahead of the end is given back when the segment is closed.
  ///
  /// A file that ended amid a large piece would get that, and much behind it, page by page: the
  /// kernel takes none that reaches over the end, and goes on ahead as it began.
  private static func size(after allocated: Int, holding needed: Int) -> Int {
    let wanted = max(needed, allocated + min(max(allocated, 64 << 10), 16 << 20))
    let piece = wanted < largePiece ? 64 << 10 : largePiece
    return (wanted + piece - 1) / piece * piece
  }

  /// Whether the next batch belongs into a new segment, as Kafka decides it.
  @inline(__always)
  func mustRoll(
    for batch: RecordBatchHeader, segmentBytes: Int, milliseconds: Int64
  ) -> Bool {
    guard end.end > 0 else { return batch.sizeInBytes > log.count }
    return end.end + batch.sizeInBytes > min(segmentBytes, log.count)
      || indexes.isFull
      || batch.lastOffset - segment.baseOffset > Limits.offsetDeltaMax
      || isDue(batch.maxTimestamp, after: max(milliseconds - jitter, 0))
  }

  /// From the segment's path, which is as good as random among partitions and the segments of one,
  /// and stays what it is when the log is opened again.
  private static func jitter(of files: SegmentFiles, _ configuration: LogConfiguration) -> Int64 {
    let most = min(configuration.segmentJitterMilliseconds, configuration.segmentMilliseconds)
    guard most > 0 else { return 0 }
    let path = ByteSlice(files.log.utf8)
    return Int64(CRC32C.checksum(path.bytes)) % most
  }

  /// `segment.ms` counts in the records' own time, so that history fills segments as it did live.
  @inline(__always)
  private func isDue(_ timestamp: Timestamp, after milliseconds: Int64) -> Bool {
    guard let first = end.firstTimestamp, first >= 0, timestamp >= 0 else { return false }
    return timestamp.rawValue - first.rawValue > milliseconds
  }

  /// Stores a batch, its header replaced by `header`. `reserve` was called for its size.
  @inline(__always)
  mutating func append(_ batch: RawSpan, _ header: RecordBatchHeader) {
    let start = end.end
    store(batch, header, at: start)
    indexes.add(header, at: start, &end)
    log.publish(UInt32(header.batchLength), at: start + RecordBatchHeader.Field.batchLength)
    segment.publish(end)
  }

  /// Stores all but the length, which stays zero: "end of the log" to whoever reads the file.
  @inline(__always)
  private func store(_ batch: RawSpan, _ header: RecordBatchHeader, at start: Int) {
    let payload = RecordBatchHeader.byteCount
    log.store(batch.extracting(payload..<batch.byteCount), at: start + payload)
    header.writeUnpublished(to: log, at: start)
  }

  /// What was appended from a position on.
  func batches(from position: Int) -> ByteSlice { log.slice(position..<end.end) }

  /// Gives back what lies past the end and completes the time index, so that the files are as
  /// Kafka leaves closed ones. Reading goes on; appending is over.
  mutating func close() throws(LogError) {
    try indexes.close(end)
    do { try file.resize(to: end.end) } catch { throw LogError(error) }
    allocated = end.end
    segment.markClosed()
  }
}

/// Where a segment ends, and what its writer needs to go on.
struct SegmentEnd {
  /// Bytes of whole batches.
  var end = 0
  var nextOffset: Offset
  var bytesSinceIndexEntry = 0
  var newest: NewestRecord
  /// The first batch's, from which `segment.ms` counts; nil where there is no batch.
  var firstTimestamp: Timestamp?

  /// The largest timestamp, and the last offset of the first batch that has it.
  struct NewestRecord {
    var timestamp = Timestamp.none
    var offset: Offset
  }

  /// The end of a segment without batches.
  init(baseOffset: Offset) {
    nextOffset = baseOffset
    newest = NewestRecord(offset: baseOffset)
  }

  /// Moves the end behind a batch.
  @inline(__always)
  mutating func add(_ header: RecordBatchHeader) {
    if newest.timestamp < header.maxTimestamp {
      newest = NewestRecord(timestamp: header.maxTimestamp, offset: header.lastOffset)
    }
    if firstTimestamp == nil { firstTimestamp = header.maxTimestamp }
    end += header.sizeInBytes
    nextOffset = header.nextOffset
  }
}
