internal import VarveBase

extension LogLoader {
  /// Whether offsets between two segments may be missing. Kafka's compaction leaves such gaps, ours
  /// does not. Behind the recovery point and what was compacted, a gap is what a power loss left of
  /// segments that were not synced.
  func mayLeaveGap(_ end: Offset, before next: Offset) throws(LogError) -> Bool {
    guard end < next, isCleanlyClosed || next <= max(recoveryPoint, cleanedUpTo) else {
      return false
    }
    if configuration.cleanupPolicy.contains(.compact) { return true }
    return try wasCompacted(upTo: next)
  }

  /// Whether compaction has been at a log whose topic is not compacted any more, of which no
  /// checkpoint tells: it begins at the front, and leaves batches with fewer records than offsets,
  /// and offsets between batches. Else a gap is a file that is missing.
  private func wasCompacted(upTo limit: Offset) throws(LogError) -> Bool {
    for base in try bases(.live) where base <= limit {
      if try isThinned(SegmentFiles(directory: directory, baseOffset: base)) { return true }
    }
    return false
  }

  private func isThinned(_ files: SegmentFiles) throws(LogError) -> Bool {
    let log: FileMapping
    let size: Int
    do throws(FileError) {
      let file = try fileSystem.open(files.log, .read)
      size = try file.byteCount()
      guard size > 0 else { return false }
      log = try file.map(size, writable: false)
    } catch { throw LogError(error) }
    var (position, expected) = (0, files.baseOffset)
    while position < size {
      // What cannot be a batch is judged by whoever loads the segment.
      guard let header = Self.header(in: log.slice(position..<size)) else { return false }
      if header.baseOffset != expected || header.recordCount <= header.lastOffsetDelta {
        return true
      }
      position += header.sizeInBytes
      expected = header.nextOffset
    }
    return false
  }

  private static func header(in bytes: ByteSlice) -> RecordBatchHeader? {
    do throws(RecordBatchError) { return try RecordBatch.checkedHeader(bytes.bytes) } catch {
      return nil
    }
  }
}
