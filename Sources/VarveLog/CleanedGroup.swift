internal import VarveBase

/// The segment that a group of segments becomes. Of a single segment nothing is written until a
/// batch of it changes: most clean segments stay as they are.
struct CleanedGroup: ~Copyable {
  private let log: PartitionLog
  private let group: [Segment]
  private var writer: CleanedSegmentWriter?
  /// Bytes of the single segment that are kept as they are, and not written yet.
  private var keptBytes = 0
  /// What the transaction index will hold.
  var aborted: [AbortedTransaction] = []

  init(_ group: [Segment], of log: PartitionLog) {
    self.log = log
    self.group = group
  }

  mutating func keep(_ batch: RawSpan, _ header: RecordBatchHeader) throws(LogError) {
    if group.count == 1 && writer == nil {
      keptBytes += batch.byteCount
    } else {
      try startWriting()
      try writer?.append(batch, header)
    }
  }

  /// Adds a batch that takes the place of one of the group's.
  mutating func replace(with batch: RawSpan) throws(LogError) {
    try startWriting()
    guard let header = RecordBatchHeader(batch) else { preconditionFailure("a built batch") }
    try writer?.append(batch, header)
  }

  /// Says that the new segment will differ from the old ones.
  mutating func startWriting() throws(LogError) {
    guard writer == nil else { return }
    var writer = try log.startRewrite(at: group[0].baseOffset)
    var position = 0
    while position < keptBytes,
      let batch = try group[0].scan(from: position, until: { _ in true })
    {
      let bytes = try group[0].log().slice(batch.position..<batch.end)
      try writer.append(bytes.bytes, batch.header)
      position = batch.end
    }
    self.writer = consume writer
  }

  /// Puts the new segment in the place of the group, if there is one. False where one of the group
  /// was replaced or removed meanwhile, and nothing happened.
  consuming func finish() throws(LogError) -> Bool {
    guard var writer = writer.take() else { return true }
    for transaction in aborted { try writer.append(transaction) }
    try writer.finish()
    let isReplaced = try log.replace(group, with: writer.end)
    if !isReplaced { log.discardRewrite() }
    return isReplaced
  }
}
