package import VarveBase

/// Where in a segment's `.log` file to look for an offset: about one entry for each
/// `index.interval.bytes` of log, in the order of both fields.
///
///     | offset − base offset: Int32 | position in the .log file: Int32 |     big-endian
///
/// One writer, any number of readers without a lock. An answer is a hint: the caller checks the
/// batch found at the position, since the file's bytes are under no checksum.
package final class OffsetIndex: Sendable {
  /// An entry: a batch that starts at `position` and whose last offset is `offset`.
  package struct Entry: Equatable, Sendable {
    package var offset: Offset
    /// Bytes from the start of the `.log` file.
    package var position: Int

    package init(offset: Offset, position: Int) {
      self.offset = offset
      self.position = position
    }
  }

  /// The bytes of an entry.
  package static let entryBytes = 8

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

  package var isFull: Bool { entries.count >= entries.capacity }

  /// The offset of the last entry, or the segment's first offset where there is none.
  package var lastOffset: Offset {
    let count = entries.count
    return count == 0 ? baseOffset : entry(at: count - 1).offset
  }

  package var path: String { entries.path }

  /// The entry at an index below `entryCount`.
  package func entry(at index: Int) -> Entry {
    // One load, so that offset and position belong together whatever happens to the entry.
    let bits = entries.load(entry: index, at: 0, as: UInt64.self)
    return Entry(
      offset: baseOffset + Int64(Int32(truncatingIfNeeded: bits >> 32)),
      position: Int(Int32(truncatingIfNeeded: bits)))
  }

  /// The greatest entry at or before `target`; the segment's start where there is none. Any thread.
  package func lookup(_ target: Offset) -> Entry {
    let start = Entry(offset: baseOffset, position: 0)
    guard let found = entries.last(of: entries.count, where: { entry(at: $0).offset <= target })
    else { return start }
    let last = entry(at: found)
    return last.position < 0 ? start : last
  }

  /// The first entry that lies at least `byteCount` bytes after `start`: where a read of that many
  /// bytes may end. Nil where the index ends before. Any thread.
  package func upperBound(of start: Entry, byteCount: Int) -> Entry? {
    let count = entries.count
    let limit = start.position + byteCount
    let before = entries.last(of: count, where: { entry(at: $0).position < limit })
    let next = before.map { $0 + 1 } ?? 0
    return next < count ? entry(at: next) : nil
  }

  /// Reserves the blocks of the next entry, so that `append` can't fail. Writer only.
  package func reserve() throws(LogError) { try entries.reserve() }

  /// Adds an entry; `reserve` came before it. Writer only.
  ///
  /// False, and nothing is added, where the index is full, the entry does not fit into its eight
  /// bytes, or its offset is not after the last entry's, as in an index that lies (`sanityCheck`
  /// finds those when the log is opened). An index has gaps anyway: nothing is lost.
  @discardableResult
  package func append(offset: Offset, position: Int) -> Bool {
    guard offset > lastOffset, let relative = relativeOffset(offset, base: baseOffset),
      let place = Int32(exactly: position), position >= 0
    else { return false }
    let bits = UInt64(UInt32(relative)) << 32 | UInt64(UInt32(place))
    return entries.append { mapping, position in mapping.store(bits, at: position) }
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

  /// The check that each open affords: the size and the last entry, which must lie before
  /// `logEnd`, the segment's end. Throws `.corrupt`.
  package func sanityCheck(logEnd: Entry? = nil) throws(LogError) {
    try entries.checkSize()
    let count = entries.count
    guard count > 0 else { return }
    try check(count - 1, after: Entry(offset: baseOffset, position: 0))
    let last = entry(at: count - 1)
    if let logEnd, last.offset >= logEnd.offset || last.position >= logEnd.position {
      throw entries.corruption(
        "the last entry (offset \(last.offset), position \(last.position)) is past the segment's"
          + " end (offset \(logEnd.offset), position \(logEnd.position))", entry: count - 1)
    }
  }

  /// Checks that offsets and positions increase through all entries. Throws `.corrupt`.
  package func verify() throws(LogError) {
    try entries.checkSize()
    // A segment's first batch gets no entry, so the first is past the start in both fields.
    var previous = Entry(offset: baseOffset, position: 0)
    for index in 0..<entries.count {
      try check(index, after: previous)
      previous = entry(at: index)
    }
  }

  private func check(_ index: Int, after previous: Entry) throws(LogError) {
    let entry = entry(at: index)
    guard entry.offset > previous.offset, entry.position > previous.position else {
      throw entries.corruption(
        "entry \(index) (offset \(entry.offset), position \(entry.position)) does not follow"
          + " offset \(previous.offset), position \(previous.position)", entry: index)
    }
  }
}

/// The four bytes that indexes give an offset, or nil where it is too far from its segment's first.
func relativeOffset(_ offset: Offset, base: Offset) -> Int32? {
  let (distance, overflow) = offset.rawValue.subtractingReportingOverflow(base.rawValue)
  guard !overflow, distance >= 0 else { return nil }
  return Int32(exactly: distance)
}
