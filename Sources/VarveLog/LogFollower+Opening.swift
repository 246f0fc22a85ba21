internal import VarveBase

/// Finds a directory's segments without changing anything, while its writer goes on.
struct FollowerOpening {
  private static let attemptsMax = 5

  private let partition: TopicPartition
  private let directory: String
  private let fileSystem: any FileSystem

  init(_ partition: TopicPartition, directory: String, on fileSystem: any FileSystem) {
    self.partition = partition
    self.directory = directory
    self.fileSystem = fileSystem
  }

  /// Files may be removed, cut and swapped between two looks at them: then it is tried again.
  func open() throws(LogError) -> LogFollower.State {
    for _ in 1..<Self.attemptsMax {
      do { return try attempt() } catch {
        guard error.code == .io || error.code == .corrupt else { throw error }
      }
    }
    return try attempt()
  }

  private func attempt() throws(LogError) -> LogFollower.State {
    var bases = try bases()
    // The newest one may be in the making: its indexes come after its log.
    if bases.count > 1, let last = bases.last, try !isComplete(last) { bases.removeLast() }
    guard let first = bases.first, let last = bases.last else {
      throw LogError(
        .corrupt, "there is no segment to follow: has the writer opened the log?",
        partition: partition, file: directory)
    }
    var segments: [Segment] = []
    for (base, next) in zip(bases, bases.dropFirst()) {
      segments.append(try closed(base, next: next, isNewest: next == last))
    }
    var producers = try ProducerSnapshot.newest(
      in: directory, upTo: last, startingAt: first, on: fileSystem)
    try replay(segments, into: &producers)
    var tail = try FollowedSegment(
      SegmentFiles(directory: directory, baseOffset: last), on: fileSystem)
    try tail.refresh(&producers)
    return LogFollower.State(
      segments: segments + [tail.segment], tail: tail, producers: producers,
      startOffset: max(first, try checkpointedStart()),
      leaderEpochs: try LeaderEpochCheckpoint.read(in: directory, on: fileSystem))
  }

  private func bases() throws(LogError) -> [Offset] {
    do {
      return try fileSystem.contents(ofDirectory: directory).compactMap { name in
        guard let file = SegmentFileName(name), file.kind == .log, file.state == .live else {
          return nil
        }
        return file.baseOffset
      }
    } catch { throw LogError(error) }
  }

  func isComplete(_ base: Offset) throws(LogError) -> Bool {
    let files = SegmentFiles(directory: directory, baseOffset: base)
    do {
      guard try fileSystem.kind(of: files.log) != nil else { return false }
      return try fileSystem.kind(of: files.timeIndex) != nil
    } catch { throw LogError(error) }
  }

  /// A segment that has a successor: it ends where that begins, or before it where compaction has
  /// been. Log and offset index are opened together, so that they belong together.
  private func closed(
    _ base: Offset, next: Offset, isNewest: Bool
  ) throws(LogError) -> Segment {
    let files = SegmentFiles(directory: directory, baseOffset: base)
    // The writer may be about to cut the index of the newest one: that is read, not mapped.
    let offsets = try OffsetIndex(
      fileSystem, path: files.offsetIndex, baseOffset: base,
      maxBytes: isNewest ? OffsetIndex.entryBytes : 0, writable: false)
    let count = offsets.entryCount
    let indexed = count > 0 ? offsets.entry(at: count - 1).position : 0
    let (log, end) = try content(of: files, from: indexed, next: next)
    try offsets.sanityCheck(logEnd: OffsetIndex.Entry(offset: next, position: end))
    return Segment(
      files, on: fileSystem, end: end, nextOffset: next, isClosed: true,
      views: Segment.Views(log: log, offsetIndex: offsets))
  }

  private func content(
    of files: SegmentFiles, from indexed: Int, next: Offset
  ) throws(LogError) -> (log: FileMapping, end: Int) {
    do throws(FileError) {
      let file = try fileSystem.open(files.log, .read)
      let size = try file.byteCount()
      let log = try file.map(max(size, 1), writable: false)
      return (log, try end(of: file, size, from: indexed, next: next))
    } catch { throw LogError(error) }
  }

  /// Walks the headers after the last index entry, with calls: the writer may cut the file.
  private func end(
    of file: any File, _ size: Int, from indexed: Int, next: Offset
  ) throws(FileError) -> Int {
    var position = indexed
    while position < size {
      let head = ByteSlice(try file.read(RecordBatchHeader.byteCount, at: position))
      guard let header = RecordBatchHeader(head.bytes), header.batchLength > 0,
        header.baseOffset < next, header.nextOffset <= next
      else { break }
      position += header.sizeInBytes
    }
    return min(position, size)
  }

  private func replay(
    _ segments: [Segment], into producers: inout ProducerStateTable
  ) throws(LogError) {
    let start = producers.endOffset
    for segment in segments where segment.nextOffset > start {
      var position = 0
      while let batch = try segment.scan(from: position, until: { $0.header.nextOffset > start }) {
        _ = try producers.replay(
          batch.header, segment.log().slice(batch.position..<batch.end).bytes)
        position = batch.end
      }
    }
  }

  /// What the data directory's checkpoint says; 0 where it says nothing.
  func checkpointedStart() throws(LogError) -> Offset {
    guard let root = parentDirectory(of: directory) else { return 0 }
    return try OffsetCheckpoint(.logStart, in: root, on: fileSystem).read()[partition] ?? 0
  }
}
