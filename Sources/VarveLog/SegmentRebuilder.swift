internal import VarveBase

/// Reads a segment's `.log` from its start, finds where it ends, and builds its indexes again.
struct SegmentRebuilder {
  let files: SegmentFiles
  let fileSystem: any FileSystem
  let configuration: LogConfiguration

  init(
    _ files: SegmentFiles, on fileSystem: any FileSystem, configuration: LogConfiguration
  ) {
    self.files = files
    self.fileSystem = fileSystem
    self.configuration = configuration
  }

  /// What a segment's file holds.
  struct Content {
    /// Bytes of whole batches from the start of the file.
    var end = 0
    var nextOffset: Offset
    var fileBytes: Int
    /// What is wrong with the bytes at the end; nil where the file ends there or only zeros follow.
    var fault: String?
  }

  /// Reads every batch, each checked whole, up to the first that does not check. Changes nothing.
  ///
  /// - Parameter known: what was found before, if more was stored behind that since.
  func check(after known: Content? = nil) throws(LogError) -> Content {
    let (log, fileBytes) = try map()
    var content = Content(
      end: known?.end ?? 0, nextOffset: known?.nextOffset ?? files.baseOffset,
      fileBytes: fileBytes)
    guard let log else { return content }
    while content.end < fileBytes {
      do {
        let header = try checked(log, content.end, fileBytes, after: content.nextOffset)
        content.end += header.sizeInBytes
        content.nextOffset = header.nextOffset
      } catch {
        content.fault = log.isZero(from: content.end, to: fileBytes) ? nil : error.message
        break
      }
    }
    return content
  }

  /// Cuts the file behind its last whole batch, builds the three indexes from the batches, and
  /// applies them to `producers`, whose state is that before the segment. All of it is synced.
  ///
  /// `content` is what `check` found.
  func rebuild(
    _ content: Content, isLast: Bool, producers: inout ProducerStateTable
  ) throws(LogError) -> SegmentEnd {
    try cut(to: content.end)
    try removeIndexes()
    let indexes = try SegmentIndexes(files, on: fileSystem, configuration: configuration)
    var end = SegmentEnd(baseOffset: files.baseOffset)
    if let log = try map().log {
      while end.end < content.end {
        try add(log, content.end, to: indexes, &end, &producers)
      }
    }
    if !isLast { try indexes.close(end) }
    try indexes.sync()
    return end
  }

  private func add(
    _ log: FileMapping, _ limit: Int, to indexes: SegmentIndexes, _ end: inout SegmentEnd,
    _ producers: inout ProducerStateTable
  ) throws(LogError) {
    let position = end.end
    let header: RecordBatchHeader
    do {
      header = try log.withBytes(position..<limit) { bytes throws(RecordBatchError) in
        try RecordBatch.checkedHeader(bytes)
      }
    } catch { throw LogError(error, in: files.log, at: position) }
    try indexes.reserve(after: end)
    indexes.add(header, at: position, &end)
    let batch = log.slice(position..<position + header.sizeInBytes)
    if let aborted = try producers.replay(header, batch.bytes) {
      try indexes.transactions.append(aborted)
    }
  }

  /// The whole file; nil where it is empty.
  private func map() throws(LogError) -> (log: FileMapping?, fileBytes: Int) {
    do {
      let file = try fileSystem.open(files.log, .read)
      let fileBytes = try file.byteCount()
      return (fileBytes == 0 ? nil : try file.map(fileBytes, writable: false), fileBytes)
    } catch { throw LogError(error) }
  }

  private func cut(to end: Int) throws(LogError) {
    do {
      let file = try fileSystem.open(files.log, .readWrite)
      if try file.byteCount() != end { try file.resize(to: end) }
      try file.sync()
    } catch { throw LogError(error) }
  }

  private func checked(
    _ log: FileMapping, _ position: Int, _ fileBytes: Int, after expected: Offset
  ) throws(RecordBatchError) -> RecordBatchHeader {
    try log.withBytes(position..<fileBytes) { bytes throws(RecordBatchError) in
      let header = try RecordBatch.checkedHeader(bytes)
      guard header.baseOffset >= expected,
        header.lastOffset - files.baseOffset <= Limits.offsetDeltaMax
      else {
        throw RecordBatchError(
          .malformedRecord,
          "the batch at offset \(header.baseOffset) can't follow offset \(expected)")
      }
      try RecordBatch.verifyChecksum(bytes, at: 0, header: header)
      return header
    }
  }

  private func removeIndexes() throws(LogError) {
    do {
      for path in [files.offsetIndex, files.timeIndex, files.transactionIndex]
      where try fileSystem.kind(of: path) != nil {
        try fileSystem.remove(path)
      }
    } catch { throw LogError(error) }
  }
}

extension SegmentRebuilder {
  /// Where the segment ends, by its indexes and the headers after their last entries; nil where
  /// they are missing or can't be right, or where those headers do not lead to the file's end.
  func quickEnd() throws(LogError) -> SegmentEnd? {
    do {
      for path in [files.offsetIndex, files.timeIndex]
      where try fileSystem.kind(of: path) == nil {
        return nil
      }
      return try scannedEnd(try fileSystem.open(files.log, .read).byteCount())
    } catch let error as FileError {
      throw LogError(error)
    } catch let error as LogError where error.code == .corrupt {
      return nil
    } catch { throw (error as? LogError) ?? LogError(.corrupt, "\(error)") }
  }

  private func scannedEnd(_ size: Int) throws(LogError) -> SegmentEnd? {
    var end = SegmentEnd(baseOffset: files.baseOffset)
    let segment = Segment(
      files, on: fileSystem, end: size, nextOffset: Offset(Int64.max), isClosed: true)
    let (index, times) = (try segment.offsetIndex(), try segment.timeIndex())
    try index.sanityCheck()
    try times.sanityCheck()
    guard size > 0 else { return index.entryCount == 0 ? end : nil }
    let indexed = index.entryCount > 0 ? index.entry(at: index.entryCount - 1).position : 0
    guard indexed < size else { return nil }
    end.firstTimestamp =
      try segment.header(in: segment.log(), at: 0, end: size).maxTimestamp
    let newest = times.lastEntry
    end.newest = SegmentEnd.NewestRecord(timestamp: newest.timestamp, offset: newest.offset)
    end.end = indexed
    while let batch = try segment.scan(from: end.end, until: { _ in true }) {
      end.add(batch.header)
    }
    end.bytesSinceIndexEntry = size - indexed
    // Whoever closes a segment gives its time index the newest record, by which searches go.
    let isTimeIndexed = newest.timestamp >= end.newest.timestamp && newest.offset < end.nextOffset
    return isTimeIndexed ? end : nil
  }
}

extension FileMapping {
  /// Whether a range holds zeros alone, as the file past the end of a log does.
  func isZero(from start: Int, to end: Int) -> Bool {
    withBytes(start..<end) { bytes in
      var position = 0
      while position + 8 <= bytes.byteCount {
        guard bytes.bigEndian(at: position, as: UInt64.self) == 0 else { return false }
        position += 8
      }
      while position < bytes.byteCount {
        guard bytes.bigEndian(at: position, as: UInt8.self) == 0 else { return false }
        position += 1
      }
      return true
    }
  }
}
