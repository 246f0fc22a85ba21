internal import VarveBase

/// One run of compaction over a log, in steps: the dirty segments are read for the last offset of
/// each key, one segment a step, then all segments up to there are cleaned, one group a step.
///
/// A pass may be let go between any two steps: each group is right by itself, since the records
/// that supersede what was removed lie behind it.
struct CompactionPass: ~Copyable {
  private let log: PartitionLog
  private let configuration: LogConfiguration
  private let firstDirty: Offset
  private let segments: [Segment]
  private let now: Timestamp
  private var map: OffsetMap
  private var transactions: CleanedTransactions
  private var unread: ArraySlice<Segment>
  private var groups: ArraySlice<[Segment]>?
  private var cleaner: BatchCleaner
  private var decompressor = RecordBatchDecompressor()

  init(
    _ plan: CompactionPlan, of log: PartitionLog, mapBytesMax: Int
  ) throws(LogError) {
    let (configuration, now) = (log.configuration, log.time.now)
    let all = log.segments
    let dirty = plan.segments.drop { $0.nextOffset <= plan.firstDirty }
    let behind = all.drop { $0.nextOffset <= plan.firstDirty }
    let transactions = try CleanedTransactions(in: behind, from: plan.firstDirty)
    self.log = log
    self.configuration = configuration
    firstDirty = plan.firstDirty
    segments = plan.segments
    self.now = now
    map = OffsetMap(from: plan.firstDirty, bytesMax: mapBytesMax)
    self.transactions = transactions
    unread = dirty
    cleaner = BatchCleaner(
      now: now, deleteRetention: configuration.deleteRetentionMilliseconds)
  }

  /// All before it is compacted once the pass is done.
  var endOffset: Offset { map.latestOffset + 1 }

  enum Progress {
    case more, done
    /// The segments are not those that the pass began with: another one has to begin.
    case outdated
  }

  /// Does the next piece of work, if there is one left.
  mutating func step() throws(LogError) -> Progress {
    if !map.isFull, let segment = unread.popFirst() {
      try readKeys(of: segment)
      return .more
    }
    if groups == nil { try startCleaning() }
    guard let group = groups?.popFirst() else { return .done }
    return try clean(group) ? .more : .outdated
  }
}

// MARK: - Keys

extension CompactionPass {
  private mutating func readKeys(of segment: Segment) throws(LogError) {
    var position = try segment.offsetIndex().lookup(firstDirty).position
    while let batch = try segment.scan(from: position, until: { _ in true }) {
      position = batch.end
      guard batch.header.lastOffset >= firstDirty else { continue }
      if map.isFull { return }
      let bytes = try segment.checkedBytes(of: batch)
      if batch.header.attributes.isControl {
        _ = transactions.passControl(batch.header, try TransactionMarker(batch.header, bytes.bytes))
      } else if !transactions.passData(batch.header) {
        try readKeys(of: bytes, batch, in: segment)
      }
      map.advance(to: batch.header.lastOffset)
    }
    // Compaction may have removed what was at the end.
    map.advance(to: segment.nextOffset + -1)
  }

  private mutating func readKeys(
    of bytes: ByteSlice, _ batch: BatchLocation, in segment: Segment
  ) throws(LogError) {
    do throws(RecordBatchError) {
      let payload = try decompressor.payload(
        of: bytes, header: batch.header, limit: Int(Int32.max))
      var records = RecordIterator(payload: payload.bytes, header: batch.header)
      while let record = try records.next() {
        if let key = record.key, record.offset >= firstDirty { map.put(key, at: record.offset) }
      }
    } catch { throw LogError(error, in: segment.files.log, at: batch.position) }
  }
}

// MARK: - Cleaning

extension CompactionPass {
  private mutating func startCleaning() throws(LogError) {
    let toClean = segments.filter { $0.baseOffset < endOffset }
    groups = try Self.groups(of: toClean, configuration)[...]
    let all = log.segments
    transactions = try CleanedTransactions(in: all[...], from: all.first?.baseOffset ?? 0)
  }

  /// Adjacent segments whose sum is no larger than one segment may be.
  private static func groups(
    of segments: [Segment], _ configuration: LogConfiguration
  ) throws(LogError) -> [[Segment]] {
    var groups: [[Segment]] = []
    var size = SegmentSize()
    for segment in segments {
      let more = try SegmentSize(segment)
      let first = groups.last?.first?.baseOffset ?? segment.baseOffset
      let sum = size + more
      if groups.isEmpty || !sum.fits(configuration)
        || segment.nextOffset - first > Limits.offsetDeltaMax
      {
        groups.append([segment])
        size = more
      } else {
        groups[groups.count - 1].append(segment)
        size = sum
      }
    }
    return groups
  }

  /// False where one of the group was replaced or removed meanwhile.
  private mutating func clean(_ group: [Segment]) throws(LogError) -> Bool {
    var output = CleanedGroup(group, of: log)
    let lastOfProducers = log.lastOffsetsOfProducers
    for segment in group {
      var position = 0
      while let batch = try segment.scan(from: position, until: { _ in true }) {
        position = batch.end
        let isLast = segment === group.last && position == segment.end
        let needed = isLast || lastOfProducers.isLast(batch.header)
        try clean(batch, of: segment, isNeeded: needed, into: &output)
      }
    }
    return try output.finish()
  }

  private mutating func clean(
    _ batch: BatchLocation, of segment: Segment, isNeeded: Bool, into output: inout CleanedGroup
  ) throws(LogError) {
    let bytes = try segment.checkedBytes(of: batch)
    var context = BatchCleaner.Context(isNeeded: isNeeded)
    if batch.header.attributes.isControl {
      let marker = try TransactionMarker(batch.header, bytes.bytes)
      let role = transactions.passControl(batch.header, marker)
      context.isIdleMarker = role.isIdle
      if let aborted = role.aborted { output.aborted.append(aborted) }
    } else {
      context.isAborted = transactions.passData(batch.header)
    }
    let outcome: BatchCleaner.Outcome
    do {
      outcome = try cleaner.clean(bytes, batch.header, context, map)
    } catch { throw LogError(error, in: segment.files.log, at: batch.position) }
    switch outcome {
    case .unchanged: try output.keep(bytes.bytes, batch.header)
    case .removed: try output.startWriting()
    case .rewritten: try output.replace(with: cleaner.rewritten)
    }
  }
}

/// What a segment takes of the limits of one.
private struct SegmentSize {
  var log = 0
  var offsetIndex = 0
  var timeIndex = 0

  init() {}

  init(_ segment: Segment) throws(LogError) {
    log = segment.end
    offsetIndex = try segment.offsetIndex().entryCount * OffsetIndex.entryBytes
    timeIndex = try segment.timeIndex().entryCount * TimeIndex.entryBytes
  }

  static func + (left: SegmentSize, right: SegmentSize) -> SegmentSize {
    var sum = left
    sum.log += right.log
    sum.offsetIndex += right.offsetIndex
    sum.timeIndex += right.timeIndex
    return sum
  }

  func fits(_ configuration: LogConfiguration) -> Bool {
    log <= configuration.segmentBytes && offsetIndex <= configuration.segmentIndexBytes
      && timeIndex <= configuration.segmentIndexBytes
  }
}
