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

  struct Result {
    /// The end of the last whole batch.
    var end: SegmentEnd
    var fileBytes: Int
    /// What is wrong with the bytes at the end; nil where the file ends there or only zeros follow.
    var fault: String?
  }

  /// Builds the three indexes from the batches, each checked whole, and applies them to
  /// `producers`, whose state is that before the segment. Everything built is synced.
  ///
  /// The `.log` itself is left as it is: see `cut`.
  func rebuild(
    isLast: Bool, producers: inout ProducerStateTable
  ) throws(LogError) -> Result {
    try removeIndexes()
    let log: FileMapping
    let fileBytes: Int
    do {
      let file = try fileSystem.open(files.log, .read)
      fileBytes = try file.byteCount()
      // An empty file, which a crash right after a roll leaves, maps a byte that nobody touches.
      log = try file.map(max(fileBytes, 1), writable: false)
    } catch { throw LogError(error) }
    let indexes = try SegmentIndexes(files, on: fileSystem, configuration: configuration)
    var result = Result(end: SegmentEnd(baseOffset: files.baseOffset), fileBytes: fileBytes)
    while result.end.end < fileBytes {
      let position = result.end.end
      do {
        let header = try checked(log, position, fileBytes, after: result.end.nextOffset)
        try indexes.reserve()
        indexes.add(header, at: position, &result.end)
        let batch = log.slice(position..<position + header.sizeInBytes)
        if let aborted = try producers.replay(header, batch.bytes) {
          try indexes.transactions.append(aborted)
        }
      } catch let error as RecordBatchError {
        result.fault = log.isZero(from: position, to: fileBytes) ? nil : error.message
        break
      } catch { throw (error as? LogError) ?? LogError(.corrupt, "\(error)") }
    }
    if !isLast { try indexes.close(result.end) }
    try indexes.sync()
    return result
  }

  /// Cuts the file behind its last whole batch.
  func cut(to end: SegmentEnd) throws(LogError) {
    do {
      let file = try fileSystem.open(files.log, .readWrite)
      if try file.byteCount() != end.end { try file.resize(to: end.end) }
      try file.sync()
    } catch { throw LogError(error) }
  }

  private func checked(
    _ log: FileMapping, _ position: Int, _ fileBytes: Int, after expected: Offset
  ) throws(RecordBatchError) -> RecordBatchHeader {
    try log.withBytes(position..<fileBytes) { bytes throws(RecordBatchError) in
      let header = try RecordBatch.checkedHeader(bytes)
      guard header.baseOffset >= expected,
        header.lastOffset - files.baseOffset <= Int64(Int32.max)
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
  /// they are missing or can't be right. A segment that has a successor ends where that starts.
  func quickEnd(next: Offset?) throws(LogError) -> SegmentEnd? {
    do {
      for path in [files.offsetIndex, files.timeIndex]
      where try fileSystem.kind(of: path) == nil {
        return nil
      }
      let size = try fileSystem.open(files.log, .read).byteCount()
      guard let next else { return try scannedEnd(size) }
      let segment = Segment(files, on: fileSystem, end: size, nextOffset: next, isClosed: true)
      try segment.offsetIndex().sanityCheck()
      try segment.timeIndex().sanityCheck()
      var end = SegmentEnd(baseOffset: files.baseOffset)
      end.end = size
      end.nextOffset = next
      return end
    } catch let error as FileError {
      throw LogError(error)
    } catch let error as LogError where error.code == .corrupt {
      return nil
    } catch { throw (error as? LogError) ?? LogError(.corrupt, "\(error)") }
  }

  /// The end of the last segment: what its writer has to know of the batches after the last
  /// index entry.
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
    return end
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
