internal import VarveBase

/// Compares an offset index with the batches of its log, given in order.
struct OffsetIndexCheck {
  private let sink: FaultSink
  private let file: String
  private var entries: ArraySlice<(index: Int, entry: OffsetIndex.Entry)> = []
  /// An entry whose batch was found, and whose offset is that of a later batch: several batches
  /// appended at once get one entry.
  private var pending: (index: Int, entry: OffsetIndex.Entry)?

  init(_ files: SegmentFiles, on fileSystem: any FileSystem, _ sink: FaultSink) {
    self.sink = sink
    let base = files.baseOffset
    file = SegmentFileName(base, .offsetIndex).description
    do {
      guard try fileSystem.exists(files.offsetIndex) else {
        sink.report(.offsetIndex, file, "the index is missing; opening the log makes it")
        return
      }
      let index = try OffsetIndex(
        fileSystem, path: files.offsetIndex, baseOffset: base, maxBytes: 0, writable: false)
      try index.checkSize()
      entries = (0..<index.entryCount).map { ($0, index.entry(at: $0)) }[...]
      verifyOrder(base)
    } catch { sink.report(.offsetIndex, file, error) }
  }

  private func verifyOrder(_ base: Offset) {
    var previous = OffsetIndex.Entry(offset: base, position: 0)
    for (index, entry) in entries {
      if entry.offset < previous.offset || entry.position <= previous.position {
        report(index, entry, "does not follow \(previous.offset) at byte \(previous.position)")
      }
      previous = entry
    }
  }

  mutating func add(_ header: RecordBatchHeader, at position: Int) {
    while let (index, entry) = entries.first, entry.position <= position {
      entries.removeFirst()
      settle()
      guard entry.position == position else {
        report(index, entry, "no batch begins there")
        continue
      }
      guard entry.offset >= header.baseOffset else {
        report(index, entry, "the batch there starts at offset \(header.baseOffset)")
        continue
      }
      pending = (index, entry)
    }
    if pending?.entry.offset == header.lastOffset { pending = nil }
  }

  mutating func finish(end: Int) {
    settle()
    for (index, entry) in entries { report(index, entry, "the log ends at byte \(end)") }
  }

  private mutating func settle() {
    if let (index, entry) = pending { report(index, entry, "no batch ends at that offset") }
    pending = nil
  }

  private func report(_ index: Int, _ entry: OffsetIndex.Entry, _ what: String) {
    sink.report(
      .offsetIndex, file,
      "entry \(index) has offset \(entry.offset) at byte \(entry.position) of the log: \(what)",
      at: .byte(index * OffsetIndex.entryBytes), offset: entry.offset)
  }
}

/// Compares a time index with the batches of its log, given in order.
struct TimeIndexCheck {
  private let sink: FaultSink
  private let file: String
  private var entries: ArraySlice<(index: Int, entry: TimeIndex.Entry)> = []
  private var last: TimeIndex.Entry?
  private var newest = Timestamp.none

  init(_ files: SegmentFiles, on fileSystem: any FileSystem, _ sink: FaultSink) {
    self.sink = sink
    let base = files.baseOffset
    file = SegmentFileName(base, .timeIndex).description
    do {
      guard try fileSystem.exists(files.timeIndex) else {
        sink.report(.timeIndex, file, "the index is missing; opening the log makes it")
        return
      }
      let index = try TimeIndex(
        fileSystem, path: files.timeIndex, baseOffset: base, maxBytes: 0, writable: false)
      try index.checkSize()
      entries = (0..<index.entryCount).map { ($0, index.entry(at: $0)) }[...]
      last = entries.last?.entry
      verifyOrder(base)
    } catch { sink.report(.timeIndex, file, error) }
  }

  private func verifyOrder(_ base: Offset) {
    var previous = TimeIndex.Entry(timestamp: .none, offset: base)
    for (index, entry) in entries {
      if entry.timestamp <= previous.timestamp || entry.offset < previous.offset {
        report(index, entry, "does not follow time \(previous.timestamp), \(previous.offset)")
      }
      previous = entry
    }
  }

  /// An entry claims that no record up to its offset is newer, and names a record of that time, or
  /// the last one of its batch.
  mutating func add(_ header: RecordBatchHeader, _ records: NewestRecords) {
    newest = max(newest, header.maxTimestamp)
    while let (index, entry) = entries.first, entry.offset <= header.lastOffset {
      entries.removeFirst()
      let isNamed =
        entry.offset == header.lastOffset
        || entry.offset >= records.first && entry.offset <= records.last
      if entry.offset < header.baseOffset || !isNamed {
        report(index, entry, "no batch ends there")
      } else if entry.timestamp != header.maxTimestamp || entry.timestamp != newest {
        report(
          index, entry, "the batch there has \(header.maxTimestamp), the newest so far \(newest)")
      }
    }
  }

  mutating func finish(isClosed: Bool) {
    for (index, entry) in entries { report(index, entry, "the log ends before") }
    guard isClosed, (last?.timestamp ?? .none) < newest else { return }
    sink.report(
      .timeIndex, file,
      "the last entry has \(last?.timestamp ?? .none), the newest record \(newest): searches by "
        + "time would pass the segment by")
  }

  private func report(_ index: Int, _ entry: TimeIndex.Entry, _ what: String) {
    sink.report(
      .timeIndex, file,
      "entry \(index) has time \(entry.timestamp) and offset \(entry.offset): \(what)",
      at: .byte(index * TimeIndex.entryBytes), offset: entry.offset)
  }
}

extension FileSystem {
  fileprivate func exists(_ path: String) throws(LogError) -> Bool {
    do { return try kind(of: path) != nil } catch { throw LogError(error) }
  }
}

extension VerifierRun {
  /// Compares the transaction index with the transactions that the log's markers abort; nil where
  /// the log does not tell.
  func verifyTransactionIndex(_ base: Offset, _ expected: [AbortedTransaction]?) {
    let file = name(base, .transactionIndex)
    do {
      let bytes = try verifier.fileSystem.readFile(files(base).transactionIndex) ?? ByteSlice()
      let found = try TransactionIndex.decode(bytes.bytes, file: file)
      if bytes.count % AbortedTransaction.byteCount != 0 {
        report(.transactionIndex, file, "\(bytes.count) bytes are no whole number of entries")
      }
      guard let expected else { return }
      for index in 0..<max(found.count, expected.count) {
        let stored = index < found.count ? found[index] : nil
        let wanted = index < expected.count ? expected[index] : nil
        guard stored != wanted else { continue }
        report(
          .transactionIndex, file,
          "entry \(index) is \(text(stored)); the log says \(text(wanted))",
          at: .byte(index * AbortedTransaction.byteCount),
          offset: (stored ?? wanted)?.firstOffset)
      }
    } catch { report(.transactionIndex, file, error) }
  }

  private func text(_ transaction: AbortedTransaction?) -> String {
    guard let transaction else { return "missing" }
    return "producer \(transaction.producerID), offsets \(transaction.firstOffset) to "
      + "\(transaction.lastOffset), stable up to \(transaction.lastStableOffset)"
  }
}
