package import VarveBase

/// From which offset on a segment has records of a time: an entry says that no record up to its
/// offset has a timestamp greater than its own.
///
///     | timestamp: Int64 ms | offset − base offset: Int32 |     big-endian
///
/// Timestamps increase from entry to entry, whatever the order of the records'. One writer, any
/// number of readers without a lock.
package final class TimeIndex: Sendable {
  /// The greatest timestamp so far, and the offset of the record that has it.
  package struct Entry: Equatable, Sendable {
    package var timestamp: Timestamp
    package var offset: Offset

    package init(timestamp: Timestamp, offset: Offset) {
      self.timestamp = timestamp
      self.offset = offset
    }
  }

  /// The bytes of an entry.
  package static let entryBytes = 12

  package let baseOffset: Offset
  private let entries: SparseIndex

  /// Opens the index of the segment that starts at `baseOffset`, creating it where it is missing
  /// and `writable` says so. `maxBytes` is the topic's `segment.index.bytes`, unused for reading.
  package init(
    _ fileSystem: any FileSystem, path: String, baseOffset: Offset, maxBytes: Int, writable: Bool
  ) throws(LogError) {
    self.baseOffset = baseOffset
    entries = try SparseIndex(
      fileSystem, path: path, entryBytes: Self.entryBytes, maxBytes: maxBytes, writable: writable)
  }

  /// The number of entries. Any thread.
  package var entryCount: Int { entries.count }

  /// The most entries that fit.
  package var capacity: Int { entries.capacity }

  /// Full with one place left: the entry that a segment gets when it is sealed.
  package var isFull: Bool { entries.count >= entries.capacity - 1 }

  /// The last entry: the greatest timestamp that is indexed. `.none` and the segment's first
  /// offset where there is none.
  package var lastEntry: Entry {
    let count = entries.count
    return count == 0 ? start : entry(at: count - 1)
  }

  package var path: String { entries.path }

  /// The entry at an index below `entryCount`.
  package func entry(at index: Int) -> Entry {
    Entry(
      timestamp: Timestamp(entries.load(entry: index, at: 0)),
      offset: baseOffset + Int64(entries.load(entry: index, at: 8, as: Int32.self)))
  }

  /// The entry with the greatest timestamp at or before `target`: records up to its offset are
  /// not after `target`. The segment's start where there is none. Any thread.
  package func lookup(_ target: Timestamp) -> Entry {
    let found = entries.last(of: entries.count, where: { entry(at: $0).timestamp <= target })
    guard let found else { return start }
    let last = entry(at: found)
    return last.offset < baseOffset ? start : last
  }

  /// Reserves the blocks of the next entry, so that `append` can't fail. Writer only.
  package func reserve() throws(LogError) { try entries.reserve() }

  /// Adds an entry if `timestamp`, the greatest so far, is greater than the last one's; `reserve`
  /// came before it. Writer only.
  ///
  /// `evenIfFull` takes the place that is kept for the last entry of a segment. False, and nothing
  /// is added, where there is no need, no room, or the offset is before the last entry's, as in an
  /// index that lies (`sanityCheck` finds those when the log is opened).
  @discardableResult
  package func append(
    _ timestamp: Timestamp, offset: Offset, evenIfFull: Bool = false
  ) -> Bool {
    let last = lastEntry
    guard timestamp > last.timestamp, offset >= last.offset, evenIfFull || !isFull,
      let relative = relativeOffset(offset, base: baseOffset)
    else { return false }
    return entries.append { mapping, position in
      mapping.store(timestamp.rawValue, at: position)
      mapping.store(relative, at: position + 8)
    }
  }

  /// Drops the entries at and after `offset`. Writer only, and not while anyone reads.
  package func truncate(to offset: Offset) {
    let kept = entries.last(of: entries.count, where: { entry(at: $0).offset < offset })
    entries.truncate(toCount: kept.map { $0 + 1 } ?? 0)
  }

  /// Drops all entries. Writer only, and not while anyone reads.
  package func reset() { entries.truncate(toCount: 0) }

  /// Cuts the file behind the last entry: when the segment is sealed or the log is closed.
  package func trimToValidSize() throws(LogError) { try entries.trimToValidSize() }

  /// Counts the entries that another process has appended since; a reader that follows opened
  /// the index with `maxBytes`.
  package func refresh() throws(LogError) { try entries.refresh() }

  package func sync() throws(LogError) { try entries.sync() }

  package func rename(to newPath: String) throws(LogError) { try entries.rename(to: newPath) }

  package func remove() throws(LogError) { try entries.remove() }

  /// Throws `.corrupt` where the file's size is no whole number of entries.
  package func checkSize() throws(LogError) { try entries.checkSize() }

  /// The check that each open affords: the size, and the last entry, whose offset must be before
  /// `endOffset`, the segment's end. Throws `.corrupt`.
  package func sanityCheck(endOffset: Offset? = nil) throws(LogError) {
    try entries.checkSize()
    let count = entries.count
    guard count > 0 else { return }
    let (first, last) = (entry(at: 0), entry(at: count - 1))
    guard last.timestamp >= first.timestamp, last.offset >= baseOffset else {
      throw corruption(count - 1, after: first)
    }
    if let endOffset, last.offset >= endOffset {
      throw entries.corruption(
        "the last entry's offset \(last.offset) is past the segment's end \(endOffset)",
        entry: count - 1)
    }
  }

  /// Checks that timestamps increase and offsets do not go back. Throws `.corrupt`.
  package func verify() throws(LogError) {
    try entries.checkSize()
    var previous = start
    for index in 0..<entries.count {
      let entry = entry(at: index)
      guard entry.timestamp > previous.timestamp, entry.offset >= previous.offset else {
        throw corruption(index, after: previous)
      }
      previous = entry
    }
  }

  private var start: Entry { Entry(timestamp: .none, offset: baseOffset) }

  private func corruption(_ index: Int, after previous: Entry) -> LogError {
    let entry = entry(at: index)
    return entries.corruption(
      "entry \(index) (timestamp \(entry.timestamp), offset \(entry.offset)) does not follow"
        + " timestamp \(previous.timestamp), offset \(previous.offset)", entry: index)
  }
}
