internal import VarveBase

/// Takes the records out of a batch that compaction does not keep, as Kafka's log cleaner does.
///
/// What stays keeps its offset; the batch keeps its range of offsets, its producer's sequence
/// numbers, its codec and its leader epoch. A batch with tombstones, or a marker of nothing, gets a
/// delete horizon the first time (KIP-534): until then it stays for readers that are behind.
struct BatchCleaner: ~Copyable {
  enum Outcome { case removed, unchanged, rewritten }

  /// How the log stands around the batch.
  struct Context {
    /// The records of an aborted transaction go.
    var isAborted = false
    /// A marker of a transaction that has no data left.
    var isIdleMarker = false
    /// The batch itself stays, if need be without records.
    var isNeeded = false
  }

  private struct Selection {
    var kept: [Bool] = []
    var count = 0
    var hasTombstones = false
  }

  private let now: Timestamp
  private let horizon: Timestamp
  private var decompressor = RecordBatchDecompressor()
  private var builder = RecordBatchBuilder()

  /// - Parameter deleteRetention: milliseconds that tombstones stay after their first cleaning.
  init(now: Timestamp, deleteRetention: Int64) {
    self.now = now
    let (sum, overflow) = now.rawValue.addingReportingOverflow(deleteRetention)
    horizon = Timestamp(overflow ? Int64.max : sum)
  }

  /// The batch in the place of one that was rewritten.
  var rewritten: RawSpan {
    @_lifetime(borrow self)
    borrowing get { builder.bytes }
  }

  mutating func clean(
    _ batch: ByteSlice, _ header: RecordBatchHeader, _ context: Context, _ map: OffsetMap
  ) throws(RecordBatchError) -> Outcome {
    let payload = try decompressor.payload(of: batch, header: header, limit: Int(Int32.max))
    let selection = try select(payload.bytes, header, context, map)
    guard selection.count > 0 else {
      guard context.isNeeded else { return .removed }
      if header.recordCount == 0 { return .unchanged }
      try startBatch(like: header, codec: .none)
      builder.maxTimestampIfEmpty = header.maxTimestamp
      try builder.finish()
      return .rewritten
    }
    let wantsHorizon =
      (selection.hasTombstones || context.isIdleMarker) && header.deleteHorizon == nil
    if selection.count == selection.kept.count && !wantsHorizon { return .unchanged }
    try startBatch(like: header, codec: header.attributes.codec ?? .none)
    builder.deleteHorizon = wantsHorizon ? horizon : header.deleteHorizon
    try copy(selection, of: payload.bytes, header)
    return .rewritten
  }

  private func select(
    _ payload: RawSpan, _ header: RecordBatchHeader, _ context: Context, _ map: OffsetMap
  ) throws(RecordBatchError) -> Selection {
    let isPastHorizon = header.deleteHorizon.map { $0 <= now } ?? false
    let isControl = header.attributes.isControl
    let isDiscarded = context.isAborted || context.isIdleMarker && isPastHorizon
    var selection = Selection()
    var records = RecordIterator(payload: payload, header: header)
    while let record = try records.next() {
      let isTombstone = !isControl && record.value == nil
      let isKept =
        !isDiscarded && (isControl || Self.isKept(record, isTombstone && isPastHorizon, map))
      selection.kept.append(isKept)
      guard isKept else { continue }
      selection.count += 1
      if isTombstone { selection.hasTombstones = true }
    }
    return selection
  }

  private static func isKept(
    _ record: borrowing RecordView, _ isExpired: Bool, _ map: OffsetMap
  ) -> Bool {
    if record.offset > map.latestOffset { return true }
    // Nothing supersedes a record without a key, so nothing would ever remove it: Kafka drops it.
    guard let key = record.key else { return false }
    return !isExpired && !map.isSuperseded(key, at: record.offset)
  }

  private mutating func startBatch(
    like header: RecordBatchHeader, codec: CompressionCodec
  ) throws(RecordBatchError) {
    if builder.codec == codec {
      builder.reset()
    } else {
      builder = RecordBatchBuilder(codec: codec)
    }
    builder.take(header)
    builder.lastOffset = header.lastOffset
  }

  private mutating func copy(
    _ selection: Selection, of payload: RawSpan, _ header: RecordBatchHeader
  ) throws(RecordBatchError) {
    var records = RecordIterator(payload: payload, header: header)
    var index = 0
    while let record = try records.next() {
      if selection.kept[index] { try builder.append(record) }
      index += 1
    }
    try builder.finish()
  }
}

extension RecordBatchBuilder {
  /// Takes over from another batch all that its records don't say.
  mutating func take(_ header: RecordBatchHeader) {
    timestampType = header.attributes.timestampType
    producerID = header.producerID
    producerEpoch = header.producerEpoch
    baseSequence = header.baseSequence
    isTransactional = header.attributes.isTransactional
    isControl = header.attributes.isControl
    partitionLeaderEpoch = header.partitionLeaderEpoch
    baseOffset = header.baseOffset
  }
}
