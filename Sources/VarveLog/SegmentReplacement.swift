internal import VarveBase

/// Puts a rewritten segment in the place of the ones that it was made from, so that a crash at any
/// moment leaves the old ones or the new one.
///
/// ```
/// 1  the new files, all of them written and synced       X.log.cleaned  X.index.cleaned …
/// 2  the indexes, then the log get their next name       X.index.swap … X.log.swap
///        from here on the new segment counts
/// 3  the old files get out of the way                    X.log.deleted  Y.log.deleted …
/// 4  the indexes, then the log get their last name       X.index …      X.log
/// ```
///
/// The names are those that Kafka uses. The directory is synced wherever one name must not be seen
/// without the names before it: `X.log.swap` exists from the moment when all of the new segment is
/// on the disk until the moment when all of it is in its place. A start that finds it does steps 3
/// and 4 again; one that does not find it removes what else there is of steps 1 and 2.
struct SegmentReplacement {
  private static let indexes: [SegmentFileName.Kind] = [
    .offsetIndex, .timeIndex, .transactionIndex,
  ]

  let directory: String
  let fileSystem: any FileSystem

  init(in directory: String, on fileSystem: any FileSystem) {
    self.directory = directory
    self.fileSystem = fileSystem
  }

  /// Step 2, after which a crash does not bring the old segments back.
  func commit(_ base: Offset) throws(FileError) {
    for kind in Self.indexes { try move(base, kind, from: .cleaned, to: .swap) }
    try fileSystem.syncDirectory(directory)
    // Not one that may be missing: without it nothing may happen to the old files.
    try fileSystem.rename(path(base, .log, .cleaned), to: path(base, .log, .swap))
    try fileSystem.syncDirectory(directory)
  }

  /// Steps 3 and 4. `old` are the base offsets of the segments that are replaced.
  func complete(_ base: Offset, replacing old: [Offset]) throws(FileError) {
    for offset in old {
      try move(offset, .log, from: .live, to: .deleted)
      for kind in Self.indexes { try move(offset, kind, from: .live, to: .deleted) }
      // The state before the new segment is the one before the first of the old ones.
      if offset != base { try move(offset, .snapshot, from: .live, to: .deleted) }
    }
    try fileSystem.syncDirectory(directory)
    try install(base)
  }

  /// Removes what an attempt that failed before its commit may have left.
  func discardAttempt() throws(FileError) {
    for file in try files() where file.state == .cleaned || file.state == .swap {
      try fileSystem.remove(file.path(in: directory))
    }
  }

  private func install(_ base: Offset) throws(FileError) {
    for kind in Self.indexes { try move(base, kind, from: .swap, to: .live) }
    try fileSystem.syncDirectory(directory)
    try move(base, .log, from: .swap, to: .live)
    try fileSystem.syncDirectory(directory)
  }

  private func move(
    _ base: Offset, _ kind: SegmentFileName.Kind, from state: SegmentFileName.State,
    to newState: SegmentFileName.State
  ) throws(FileError) {
    guard try fileSystem.kind(of: path(base, kind, state)) != nil else { return }
    try fileSystem.rename(path(base, kind, state), to: path(base, kind, newState))
  }

  private func path(
    _ base: Offset, _ kind: SegmentFileName.Kind, _ state: SegmentFileName.State
  ) -> String {
    SegmentFileName(base, kind, state).path(in: directory)
  }

  private func files() throws(FileError) -> [SegmentFileName] {
    try fileSystem.contents(ofDirectory: directory).compactMap { SegmentFileName($0) }
  }
}

// MARK: - After a crash

extension SegmentReplacement {
  /// Finishes, or takes back, what a crash interrupted, Kafka's own replacements too, and removes
  /// indexes whose log is gone. Throws `.corrupt` where a new segment cannot be read, `.io`.
  static func finishInterrupted(
    in directory: String, on fileSystem: any FileSystem
  ) throws(LogError) {
    let replacement = SegmentReplacement(in: directory, on: fileSystem)
    do {
      for file in try replacement.files() where file.kind == .log && file.state == .swap {
        try replacement.finish(file.baseOffset)
      }
      try replacement.removeRemains()
    } catch let error as FileError {
      throw LogError(error)
    } catch { throw (error as? LogError) ?? LogError(.corrupt, "\(error)") }
  }

  private func finish(_ base: Offset) throws {
    let end = try nextOffset(of: base)
    // A program that was killed may not have got to that.
    try fileSystem.syncDirectory(directory)
    try keepIndexesThatBelong(to: base)
    for file in try files() where file.state == .live {
      guard file.baseOffset > base, file.baseOffset < end else { continue }
      try fileSystem.remove(file.path(in: directory))
    }
    try fileSystem.syncDirectory(directory)
    try install(base)
  }

  /// Leaves only indexes of the new segment. Kafka names the log first and an index that got its
  /// last name can't be told from the old one: where one is missing under `.swap`, all are built
  /// again from the log.
  private func keepIndexesThatBelong(to base: Offset) throws(FileError) {
    let new = SegmentFiles(directory: directory, baseOffset: base, state: .swap)
    let kinds = [try fileSystem.kind(of: new.offsetIndex), try fileSystem.kind(of: new.timeIndex)]
    let foreign: [SegmentFileName.State] = kinds.contains(nil) ? [.live, .swap] : [.live]
    for kind in Self.indexes {
      for state in foreign {
        let path = path(base, kind, state)
        if try fileSystem.kind(of: path) != nil { try fileSystem.remove(path) }
      }
    }
    try fileSystem.syncDirectory(directory)
  }

  /// The offset after a new segment's last batch: old segments that start before it are in it.
  private func nextOffset(of base: Offset) throws(LogError) -> Offset {
    let files = SegmentFiles(directory: directory, baseOffset: base, state: .swap)
    let size: Int
    do { size = try fileSystem.open(files.log, .read).byteCount() } catch { throw LogError(error) }
    let segment = Segment(
      files, on: fileSystem, end: size, nextOffset: Offset(Int64.max), isClosed: true)
    var end = SegmentEnd(baseOffset: base)
    while let batch = try segment.scan(from: end.end, until: { _ in true }) {
      end.add(batch.header)
    }
    return end.nextOffset
  }

  /// Removes indexes under `.swap`, whose log never got there, and live ones without a log.
  private func removeRemains() throws(FileError) {
    let files = try files()
    let logs = Set(files.filter { $0.kind == .log && $0.state == .live }.map(\.baseOffset))
    for file in files where Self.indexes.contains(file.kind) {
      let isOrphan = file.state == .live && !logs.contains(file.baseOffset)
      if isOrphan || file.state == .swap { try fileSystem.remove(file.path(in: directory)) }
    }
  }
}
