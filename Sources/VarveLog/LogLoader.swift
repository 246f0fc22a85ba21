package import VarveBase

/// Opens one partition's directory: finishes what a crash interrupted, checks what may be torn,
/// builds again what is missing, and says what it did.
///
/// Files up to the recovery point were synced and are taken as they are, beyond names, sizes and
/// the ends of indexes. After a clean shutdown that is everything. After a crash each segment from
/// the recovery point on is read: the log is cut at the first batch that does not check, the
/// indexes and the producer state are built from what is left, and all of it is synced. A fault
/// before the recovery point is lost data, never cut away: it is an error, and
/// `varve log repair` is the way out.
package struct LogLoader {
  package let partition: TopicPartition
  package let directory: String
  let fileSystem: any FileSystem
  let time: any TimeSource
  /// Which topic of that name it is; zero for a log by itself.
  package var topicID = TopicID.zero
  package var configuration = LogConfiguration()
  /// From the recovery-point checkpoint: all before it was synced.
  package var recoveryPoint: Offset = 0
  /// From the cleaner-offset checkpoint: all before it was compacted, which syncs it.
  package var cleanedUpTo: Offset = 0
  /// From the log-start checkpoint: nothing before it may be read.
  package var logStartOffset: Offset = 0
  /// Whether the directory was closed in order, so that nothing can be torn.
  package var isCleanlyClosed = false
  /// What the commit journal has for logs that were not closed in order.
  package var commits = RecoveredCommits()

  package init(
    _ partition: TopicPartition, directory: String, on fileSystem: any FileSystem,
    time: any TimeSource
  ) {
    self.partition = partition
    self.directory = directory
    self.fileSystem = fileSystem
    self.time = time
  }

  /// What was found and mended on the way.
  package struct Report: Sendable, Equatable {
    package var recoveredSegments = 0
    /// Bytes past the end of the log that were cut: a torn tail.
    package var cutBytes = 0
    /// Where the log was cut, and why.
    package var cutReason: String?
    /// Segments whose indexes were missing or could not be right, and were built again.
    package var rebuiltIndexes = 0
    /// Bytes that were missing in the log's files, and that the commit journal had.
    package var restoredBytes = 0
    /// Where the log begins anew: records were deleted up to there, and the crash took all that had
    /// been appended after an offset before it.
    package var restartOffset: Offset?

    package init() {}
  }

  /// Opens the log for reading and writing, creating the directory where it is missing.
  ///
  /// Throws `.corrupt` where synced data is missing or does not check, or what the disk said.
  package func load() throws(LogError) -> (log: PartitionLog, report: Report) {
    var loading = Loading()
    let bases = try prepareDirectory()
    for (index, base) in bases.enumerated() {
      try closeLast(before: base, &loading)
      try load(base, followers: bases[(index + 1)...], &loading)
      if loading.isTorn { break }
    }
    return (try open(&loading), loading.report)
  }

  /// What is known after each segment.
  private struct Loading {
    var closed: [Segment] = []
    var last: (files: SegmentFiles, end: SegmentEnd)?
    /// The producers' state at the end of the last segment, where it was computed on the way.
    var producers: ProducerStateTable?
    /// Whether the last segment had a torn tail, so that what followed it is gone.
    var isTorn = false
    var report = Report()
  }

  /// Whether a segment may hold what was not synced, or have been closed after the last sync.
  private func mustRecover(nextBase: Offset?) -> Bool {
    guard !isCleanlyClosed else { return false }
    // At a recovery point that is the next segment's start the records were synced, the cut of the
    // file and its indexes perhaps not.
    return nextBase.map { $0 >= recoveryPoint } ?? true
  }

  private func load(
    _ base: Offset, followers: ArraySlice<Offset>, _ loading: inout Loading
  ) throws(LogError) {
    let files = SegmentFiles(directory: directory, baseOffset: base)
    let rebuilder = SegmentRebuilder(files, on: fileSystem, configuration: configuration)
    let mustRecover = mustRecover(nextBase: followers.first)
    if !mustRecover, let end = try rebuilder.quickEnd() {
      loading.last = (files, end)
      loading.producers = nil
      return
    }
    var content = try rebuilder.check()
    if mustRecover {
      loading.report.restoredBytes +=
        try restore(&content, of: rebuilder, before: followers.first)
    }
    try judge(content, in: files, before: followers.first, &loading)
    if loading.isTorn {
      // Those that follow go first: a crash in between must not leave a gap before them.
      try remove(followers)
    }
    var producers: ProducerStateTable
    if let known = loading.producers {
      producers = known
    } else {
      producers = try self.producers(upTo: base, in: loading.closed)
    }
    let isLast = followers.isEmpty || loading.isTorn
    let end = try rebuilder.rebuild(content, isLast: isLast, producers: &producers)
    if !isLast, let next = followers.first { try keepSnapshot(of: producers, at: next) }
    if mustRecover {
      loading.report.recoveredSegments += 1
    } else {
      loading.report.rebuiltIndexes += 1
    }
    loading.last = (files, end)
    loading.producers = producers
  }

  /// All before it was promised: what the commit journals have was written to them once all before
  /// was durable.
  private var durableEnd: Offset {
    let journaled = isCleanlyClosed ? 0 : commits.ofLog(partition, topicID).end
    return max(recoveryPoint, journaled > logStartOffset ? journaled : 0)
  }

  /// A fault is a torn tail where nothing at or after it was ever promised, else lost data.
  private func judge(
    _ content: SegmentRebuilder.Content, in files: SegmentFiles, before next: Offset?,
    _ loading: inout Loading
  ) throws(LogError) {
    guard let fault = try fault(in: content, before: next) else { return }
    guard !isCleanlyClosed && content.nextOffset >= durableEnd else {
      throw LogError(
        .corrupt,
        """
        \(fault); all before offset \(durableEnd) was on the disk: this is damage, not a torn \
        write. 'varve log repair' keeps every batch that is whole
        """, partition: partition, file: files.log, offset: content.nextOffset,
        at: .byte(content.end))
    }
    loading.isTorn = true
    loading.report.cutBytes += content.fileBytes - content.end
    loading.report.cutReason = "\(files.log): byte \(content.end): \(fault)"
  }

  /// A segment that ends in order may still lack batches that the next one follows: a power loss
  /// kept that one and lost these. Compaction leaves gaps too, but no zeros behind them.
  private func fault(
    in content: SegmentRebuilder.Content, before next: Offset?
  ) throws(LogError) -> String? {
    if let fault = content.fault { return fault }
    guard let next, next != content.nextOffset else { return nil }
    if content.fileBytes == content.end, try mayLeaveGap(content.nextOffset, before: next) {
      return nil
    }
    return "the batches end at offset \(content.nextOffset), the next segment starts at \(next)"
  }

  /// The segment loaded last turns out not to be the last one.
  private func closeLast(before base: Offset, _ loading: inout Loading) throws(LogError) {
    guard let last = loading.last else { return }
    let end = last.end.nextOffset
    let follows = if end == base { true } else { try mayLeaveGap(end, before: base) }
    guard follows else {
      throw LogError(
        .corrupt,
        """
        the segment ends at offset \(end), the next one starts at \(base): records are missing. \
        'varve log repair' accepts the loss
        """, partition: partition, file: last.files.log, offset: end)
    }
    loading.closed.append(
      Segment(
        last.files, on: fileSystem, end: last.end.end, nextOffset: end, isClosed: true))
    loading.last = nil
  }

  private func open(_ loading: inout Loading) throws(LogError) -> PartitionLog {
    let now = time.now
    let end = loading.last?.end.nextOffset ?? logStartOffset
    guard end >= durableEnd else {
      throw LogError(
        .corrupt,
        """
        the log ends at \(end), but records up to \(durableEnd) were on the disk: files are \
        missing or cut. Bring them back, or accept the loss with 'varve log repair'
        """, partition: partition, file: directory, offset: end)
    }
    // Records were deleted up to an offset that the crash took from the log: it starts there anew.
    if end < logStartOffset {
      guard !isCleanlyClosed else {
        throw LogError(
          .corrupt,
          """
          records were deleted up to offset \(logStartOffset), says the checkpoint of log starts, \
          but the log, which was closed in order, ends at \(end). Nothing was changed: correct the \
          partition's line in \(OffsetCheckpoint.Kind.logStart.rawValue)
          """, partition: partition, file: directory, offset: end)
      }
      try remove(loading.closed.map(\.baseOffset)[...])
      if let last = loading.last { try remove([last.files.baseOffset]) }
      let report = loading.report
      loading = Loading()
      loading.report = report
    }
    loading.report.restartOffset = try restartOffset(loading)
    var epochs = try LeaderEpochCheckpoint.read(in: directory, on: fileSystem)
    epochs.truncateFromEnd(to: max(end, logStartOffset))
    let last =
      loading.last ?? (
        SegmentFiles(directory: directory, baseOffset: logStartOffset),
        SegmentEnd(baseOffset: logStartOffset)
      )
    let writer = try SegmentWriter(
      last.files, on: fileSystem, configuration: configuration, end: last.end, now: now)
    var producers: ProducerStateTable
    if let known = loading.producers {
      producers = known
    } else {
      producers = try self.producers(upTo: end, in: loading.closed + [writer.segment])
    }
    producers.removeExpired(now: now, after: configuration.producerExpirationMilliseconds)
    return try opened(loading, writer, producers, epochs, now: now)
  }

  /// Where the log begins anew, if it does. So it did where an earlier start was cut short after it
  /// had removed what was left: then there is no segment, or an empty one without the snapshot
  /// that a roll leaves.
  private func restartOffset(_ loading: Loading) throws(LogError) -> Offset? {
    guard logStartOffset > 0, !isCleanlyClosed, loading.closed.isEmpty else { return nil }
    guard let last = loading.last else { return logStartOffset }
    guard last.end.end == 0, last.end.nextOffset == logStartOffset else { return nil }
    do throws(FileError) {
      let hasSnapshot = try fileSystem.kind(of: last.files.producerSnapshot) != nil
      return hasSnapshot ? nil : logStartOffset
    } catch { throw LogError(error) }
  }

  private func opened(
    _ loading: Loading, _ writer: consuming SegmentWriter, _ producers: ProducerStateTable,
    _ epochs: LeaderEpochs, now: Timestamp
  ) throws(LogError) -> PartitionLog {
    let end = writer.nextOffset
    let durable = DurableEnd(writer)
    let segments = loading.closed + [writer.segment]
    try ProducerSnapshot.removeStray(
      in: directory, after: end, keeping: Set(segments.map(\.baseOffset)), on: fileSystem)
    let isNew = loading.last == nil
    if isNew || loading.report.recoveredSegments > 0 {
      try sync(writer.file)
    }
    let start = max(logStartOffset, segments[0].baseOffset)
    return PartitionLog(
      partition, topicID: topicID, directory: directory, on: fileSystem, time: time,
      state: PartitionLog.State(
        configuration: configuration, segments: segments, writer: writer, producers: producers,
        leaderEpochs: epochs, logStartOffset: start, recoveryPoint: end, durable: durable,
        lastFlush: now))
  }

  private func sync(_ file: any File) throws(LogError) {
    do {
      try file.sync()
      try fileSystem.syncDirectory(directory)
    } catch { throw LogError(error) }
  }
}

extension LogLoader {
  /// Leaves only whole segments in the directory, and returns their base offsets.
  private func prepareDirectory() throws(LogError) -> [Offset] {
    do throws(FileError) {
      if try fileSystem.kind(of: directory) == nil { try fileSystem.createDirectory(directory) }
      // Also where it was there: its maker may have crashed before this.
      if try fileSystem.contents(ofDirectory: directory).isEmpty {
        try fileSystem.syncDirectory(parentDirectory(of: directory) ?? ".")
      }
    } catch { throw LogError(error) }
    for name in try names() {
      let state = SegmentFileName(name)?.state
      guard state == .deleted || state == .cleaned || name.hasSuffix(".tmp") else { continue }
      do { try fileSystem.remove("\(directory)/\(name)") } catch { throw LogError(error) }
    }
    try SegmentReplacement.finishInterrupted(in: directory, on: fileSystem)
    let bases = try bases(.live)
    try checkPresence(bases)
    try removeIndexes(except: Set(bases))
    return bases
  }

  func names() throws(LogError) -> [String] {
    do { return try fileSystem.contents(ofDirectory: directory) } catch { throw LogError(error) }
  }

  /// The base offsets of the `.log` files in a state, in order.
  func bases(_ state: SegmentFileName.State) throws(LogError) -> [Offset] {
    try names().compactMap { name in
      guard let file = SegmentFileName(name), file.kind == .log, file.state == state else {
        return nil
      }
      return file.baseOffset
    }
  }

  /// Indexes without a log are what a removal that was interrupted leaves.
  private func removeIndexes(except bases: Set<Offset>) throws(LogError) {
    for name in try names() {
      guard let file = SegmentFileName(name), file.state == .live,
        file.kind != .log, file.kind != .snapshot, !bases.contains(file.baseOffset)
      else { continue }
      do { try fileSystem.remove(file.path(in: directory)) } catch { throw LogError(error) }
    }
  }

  /// Files that vanished are lost data as much as files that are torn. Missing ones at the front
  /// can't be told from those that retention removed; a gap and an end too early can.
  private func checkPresence(_ bases: [Offset]) throws(LogError) {
    guard bases.isEmpty && recoveryPoint > logStartOffset else { return }
    throw LogError(
      .corrupt,
      """
      records from \(logStartOffset) to \(recoveryPoint) were on the disk, but no segment is: \
      files are missing. Bring them back, or accept the loss with 'varve log repair'
      """, partition: partition, file: directory, offset: logStartOffset)
  }

  /// Removes segments, the last one first: what is left never has a gap. Durable on return.
  private func remove(_ bases: ArraySlice<Offset>) throws(LogError) {
    guard !bases.isEmpty else { return }
    do {
      for base in bases.reversed() {
        let files = SegmentFiles(directory: directory, baseOffset: base)
        for kind in SegmentFileName.Kind.allCases
        where try fileSystem.kind(of: files.path(kind)) != nil {
          try fileSystem.remove(files.path(kind))
        }
      }
      try fileSystem.syncDirectory(directory)
    } catch { throw LogError(error) }
  }

  /// Sees to it that the segment at `base` has a snapshot that reads: once those before it are gone
  /// it is all that tells which transactions are open.
  private func keepSnapshot(
    of producers: ProducerStateTable, at base: Offset
  ) throws(LogError) {
    let path = SegmentFileName(base, .snapshot).path(in: directory)
    do throws(LogError) {
      if try ProducerSnapshot.read(path, endOffset: base, on: fileSystem) != nil { return }
    } catch  where error.code == .corrupt {
      // It is made from the log, which is whole up to here: it is written again.
    }
    try ProducerSnapshot.write(producers, to: path, on: fileSystem)
  }

  /// The producers' state before `end`: from the newest snapshot that reads, and the batch headers
  /// after it.
  private func producers(
    upTo end: Offset, in segments: [Segment]
  ) throws(LogError) -> ProducerStateTable {
    var producers = try ProducerSnapshot.newest(
      in: directory, upTo: end, startingAt: segments.first?.baseOffset ?? end, on: fileSystem)
    let start = producers.endOffset
    for segment in segments where segment.nextOffset > start {
      var position = 0
      while let batch = try segment.scan(from: position, until: { $0.header.nextOffset > start }),
        batch.header.baseOffset < end
      {
        _ = try producers.replay(
          batch.header, segment.log().slice(batch.position..<batch.end).bytes)
        position = batch.end
      }
    }
    return producers
  }
}
