package import VarveBase
internal import Synchronization

/// What readers share of one segment: its `.log` bytes up to a published end, and its indexes.
///
/// The active segment is written by its `SegmentWriter` alone, which publishes the end with release
/// ordering; whoever loads it with acquire ordering sees whole batches only. Closed segments map
/// their files on first use. Readers hold the object, so retention may unlink the files under them.
package final class Segment: Sendable {
  package let baseOffset: Offset
  package let files: SegmentFiles
  private let fileSystem: any FileSystem
  private let views: Mutex<Views>
  private let publishedEnd: Atomic<Int>
  private let publishedNextOffset: Atomic<Int64>
  /// `Int64.min` while it is not known: a closed segment's is in its time index.
  private let publishedNewest: Atomic<Int64>
  private let closed: Atomic<Bool>

  /// What is open of a segment's files; closed segments open them when first asked.
  struct Views: Sendable {
    var log: FileMapping?
    var offsetIndex: OffsetIndex?
    var timeIndex: TimeIndex?
    var transactionIndex: TransactionIndex?
    /// Whether the files may have other names by now, or be gone: what is open is all there is.
    var isPinned = false
  }

  init(
    _ files: SegmentFiles, on fileSystem: any FileSystem, end: Int, nextOffset: Offset,
    isClosed: Bool, newestTimestamp: Timestamp? = nil, views: Views = Views()
  ) {
    self.files = files
    self.fileSystem = fileSystem
    baseOffset = files.baseOffset
    publishedEnd = Atomic(end)
    publishedNextOffset = Atomic(nextOffset.rawValue)
    publishedNewest = Atomic(newestTimestamp?.rawValue ?? Int64.min)
    closed = Atomic(isClosed)
    self.views = Mutex(views)
  }

  /// The bytes of whole batches, from the start of the file.
  package var end: Int { publishedEnd.load(ordering: .acquiring) }

  /// The offset after the last record. Loaded after `end` it may be ahead of it, never behind.
  package var nextOffset: Offset { Offset(publishedNextOffset.load(ordering: .acquiring)) }

  /// Whether nothing will be appended any more. Load it before `end` to know that `end` is final.
  package var isClosed: Bool { closed.load(ordering: .acquiring) }

  /// The largest timestamp of a record; -1 where none has one.
  package func newestTimestamp() throws(LogError) -> Timestamp {
    let known = publishedNewest.load(ordering: .relaxed)
    if known != Int64.min { return Timestamp(known) }
    let newest = try timeIndex().lastEntry.timestamp
    publishedNewest.store(newest.rawValue, ordering: .relaxed)
    return newest
  }

  /// Shows readers what was stored up to `end`. The writer's alone.
  func publish(_ end: SegmentEnd) {
    publishedNewest.store(end.newest.timestamp.rawValue, ordering: .relaxed)
    publishedNextOffset.store(end.nextOffset.rawValue, ordering: .releasing)
    publishedEnd.store(end.end, ordering: .releasing)
  }

  func markClosed() { closed.store(true, ordering: .releasing) }

  /// Lets go of the files that are open; those who are reading keep theirs, and what is asked for
  /// next is opened again. Only for a closed segment whose files are synced.
  func closeFiles() { views.withLock { if !$0.isPinned { $0 = Views() } } }

  /// The log's bytes.
  package func log() throws(LogError) -> FileMapping {
    try views.withLock { views throws(LogError) in
      if let mapping = views.log { return mapping }
      let mapping = try mapFile(end)
      views.log = mapping
      return mapping
    }
  }

  private func mapFile(_ end: Int) throws(LogError) -> FileMapping {
    let size: Int
    do throws(FileError) {
      let file = try fileSystem.open(files.log, .read)
      size = try file.byteCount()
      if size >= end { return try file.map(max(end, 1), writable: false) }
    } catch { throw LogError(error) }
    // Touching what is not there would stop the process.
    throw LogError(
      .corrupt, "the file has \(size) bytes and had \(end): it was cut or replaced from outside",
      file: files.log, at: .byte(size))
  }

  /// Opens all that a reader may come to need, so that the files can get other names under those
  /// who hold the segment.
  func openViews() throws(LogError) {
    views.withLock { $0.isPinned = true }
    _ = try log()
    _ = try offsetIndex()
    _ = try timeIndex()
    _ = try transactionIndex()
  }

  package func offsetIndex() throws(LogError) -> OffsetIndex {
    try views.withLock { views throws(LogError) in
      if let index = views.offsetIndex { return index }
      let index = try OffsetIndex(
        fileSystem, path: files.offsetIndex, baseOffset: baseOffset, maxBytes: 0, writable: false)
      views.offsetIndex = index
      return index
    }
  }

  package func timeIndex() throws(LogError) -> TimeIndex {
    try views.withLock { views throws(LogError) in
      if let index = views.timeIndex { return index }
      let index = try TimeIndex(
        fileSystem, path: files.timeIndex, baseOffset: baseOffset, maxBytes: 0, writable: false)
      views.timeIndex = index
      return index
    }
  }

  package func transactionIndex() throws(LogError) -> TransactionIndex {
    try views.withLock { views throws(LogError) in
      if let index = views.transactionIndex { return index }
      let index = try TransactionIndex(
        fileSystem, path: files.transactionIndex, baseOffset: baseOffset)
      views.transactionIndex = index
      return index
    }
  }
}
