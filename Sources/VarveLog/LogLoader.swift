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
  package var configuration = LogConfiguration()
  /// From the recovery-point checkpoint: all before it was synced.
  package var recoveryPoint: Offset = 0
  /// From the log-start checkpoint: nothing before it may be read.
  package var logStartOffset: Offset = 0
  /// Whether the directory was closed in order, so that nothing can be torn.
  package var isCleanlyClosed = false

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
  }

  /// Opens the log for reading and writing, creating the directory where it is missing.
  ///
  /// Throws `.corrupt` where synced data is missing or does not check, or what the disk said.
  package func load() throws(LogError) -> (log: PartitionLog, report: Report) {
    var loading = Loading()
    let bases = try prepareDirectory()
    try checkPresence(bases)
    // A segment that ends at the recovery point was synced before it was closed and cut.
    let firstToRecover = isCleanlyClosed ? nil : bases.last { $0 < recoveryPoint } ?? bases.first
    for (index, base) in bases.enumerated() {
      let mustRecover = firstToRecover.map { base >= $0 } ?? false
      try load(base, before: bases[(index + 1)...], mustRecover: mustRecover, &loading)
      if loading.report.cutReason != nil { break }
    }
    return (try open(&loading), loading.report)
  }

  /// What is known after each segment.
  private struct Loading {
    var closed: [Segment] = []
    var last: (files: SegmentFiles, end: SegmentEnd)?
    /// The producers' state at the end of the last segment, where it was computed on the way.
    var producers: ProducerStateTable?
    var report = Report()
  }

  private func load(
    _ base: Offset, before following: ArraySlice<Offset>, mustRecover: Bool,
    _ loading: inout Loading
  ) throws(LogError) {
    try closeLast(before: base, &loading)
    let files = SegmentFiles(directory: directory, baseOffset: base)
    let rebuilder = SegmentRebuilder(files, on: fileSystem, configuration: configuration)
    if !mustRecover, let end = try rebuilder.quickEnd(next: following.first) {
      loading.last = (files, end)
      loading.producers = nil
      return
    }
    var producers: ProducerStateTable
    if let known = loading.producers {
      producers = known
    } else {
      producers = try self.producers(upTo: base, in: loading.closed)
    }
    let result = try rebuilder.rebuild(isLast: following.isEmpty, producers: &producers)
    if mustRecover {
      loading.report.recoveredSegments += 1
    } else {
      loading.report.rebuiltIndexes += 1
    }
    try judge(result, of: rebuilder, before: following, &loading)
    loading.last = (files, result.end)
    loading.producers = producers
  }

  /// A fault is a torn tail where nothing at or after it was ever promised, else lost data.
  private func judge(
    _ result: SegmentRebuilder.Result, of rebuilder: SegmentRebuilder,
    before following: ArraySlice<Offset>, _ loading: inout Loading
  ) throws(LogError) {
    guard let fault = fault(in: result, before: following.first) else {
      return try rebuilder.cut(to: result.end)
    }
    let file = rebuilder.files.log
    guard !isCleanlyClosed && result.end.nextOffset >= recoveryPoint else {
      throw LogError(
        .corrupt,
        """
        \(fault); all before offset \(recoveryPoint) was on the disk, so this is damage, not a torn \
        write. 'varve log repair' keeps every batch that is whole
        """, partition: partition, file: file, offset: result.end.nextOffset,
        at: .byte(result.end.end))
    }
    // In this order: a crash in between must not leave a gap that looks like lost segments.
    try remove(following)
    try rebuilder.cut(to: result.end)
    loading.report.cutBytes += result.fileBytes - result.end.end
    loading.report.cutReason = "\(file): byte \(result.end.end): \(fault)"
  }

  /// A segment that ends in order may still lack batches that the next one follows: a power loss
  /// kept that one and lost these. Compaction leaves gaps too, but no zeros behind them.
  private func fault(in result: SegmentRebuilder.Result, before next: Offset?) -> String? {
    if let fault = result.fault { return fault }
    guard let next, next != result.end.nextOffset else { return nil }
    let isCompacted = configuration.cleanupPolicy.contains(.compact)
    if isCompacted && next > result.end.nextOffset && result.fileBytes == result.end.end {
      return nil
    }
    return "the batches end at offset \(result.end.nextOffset), the next segment starts at \(next)"
  }

  /// The segment loaded last turns out not to be the last one.
  private func closeLast(before base: Offset, _ loading: inout Loading) throws(LogError) {
    guard let last = loading.last else { return }
    let isContiguous = last.end.nextOffset == base
    guard isContiguous || configuration.cleanupPolicy.contains(.compact) else {
      throw LogError(
        .corrupt,
        """
        the segment ends at offset \(last.end.nextOffset), and the next one starts at \(base): \
        records are missing. 'varve log repair' accepts the loss
        """, partition: partition, file: last.files.log, offset: last.end.nextOffset)
    }
    loading.closed.append(
      Segment(
        last.files, on: fileSystem, end: last.end.end, nextOffset: last.end.nextOffset,
        isClosed: true))
    loading.last = nil
  }

  private func open(_ loading: inout Loading) throws(LogError) -> PartitionLog {
    let now = time.now
    let end = loading.last?.end.nextOffset ?? logStartOffset
    guard end >= recoveryPoint else {
      throw LogError(
        .corrupt,
        """
        the log ends at \(end), but records up to \(recoveryPoint) were on the disk: files are \
        missing or cut. Bring them back, or accept the loss with 'varve log repair'
        """, partition: partition, file: directory, offset: end)
    }
    // Records were deleted up to an offset that the crash took from the log: it starts there anew.
    if end < logStartOffset {
      try remove(loading.closed.map(\.baseOffset)[...])
      if let last = loading.last { try remove([last.files.baseOffset]) }
      loading = Loading()
    }
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

  private func opened(
    _ loading: Loading, _ writer: consuming SegmentWriter, _ producers: ProducerStateTable,
    _ epochs: LeaderEpochs, now: Timestamp
  ) throws(LogError) -> PartitionLog {
    let end = writer.nextOffset
    let segments = loading.closed + [writer.segment]
    try ProducerSnapshot.removeStray(
      in: directory, after: end, keeping: Set(segments.map(\.baseOffset)), on: fileSystem)
    let isNew = loading.last == nil
    if isNew || loading.report.recoveredSegments > 0 {
      try sync(writer.file)
    }
    let start = max(logStartOffset, segments[0].baseOffset)
    return PartitionLog(
      partition, directory: directory, on: fileSystem, time: time,
      state: PartitionLog.State(
        configuration: configuration, segments: segments, writer: writer, producers: producers,
        leaderEpochs: epochs, logStartOffset: start, recoveryPoint: end, lastFlush: now))
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
    do {
      if try fileSystem.kind(of: directory) == nil {
        try fileSystem.createDirectory(directory)
        try fileSystem.syncDirectory(parentDirectory(of: directory) ?? ".")
      }
      for file in try segmentFiles() where file.state == .deleted || file.state == .cleaned {
        try fileSystem.remove(file.path(in: directory))
      }
    } catch { throw LogError(error) }
    try SegmentReplacement.finishInterrupted(in: directory, on: fileSystem)
    do {
      let files = try segmentFiles().filter { $0.state == .live }
      let bases = files.filter { $0.kind == .log }.map(\.baseOffset)
      // An index whose log is gone would lend its entries to the next segment of that name.
      let indexes: Set<SegmentFileName.Kind> = [.offsetIndex, .timeIndex, .transactionIndex]
      for file in files where indexes.contains(file.kind) && !bases.contains(file.baseOffset) {
        try fileSystem.remove(file.path(in: directory))
      }
      return bases
    } catch { throw LogError(error) }
  }

  private func segmentFiles() throws(FileError) -> [SegmentFileName] {
    try fileSystem.contents(ofDirectory: directory).compactMap { SegmentFileName($0) }
  }

  /// Files that vanished are lost data as much as files that are torn. Missing ones at the front
  /// can't be told from those that retention removed; a gap and an end too early can.
  private func checkPresence(_ bases: [Offset]) throws(LogError) {
    guard bases.isEmpty && recoveryPoint > logStartOffset else { return }
    throw LogError(
      .corrupt,
      """
      records from \(logStartOffset) to \(recoveryPoint) were on the disk, but there is no segment: \
      files are missing. Bring them back, or accept the loss with 'varve log repair'
      """, partition: partition, file: directory, offset: logStartOffset)
  }

  /// Removes segments for good, the last one first and its `.log` last, so that what is left at any
  /// moment is a log.
  private func remove(_ bases: ArraySlice<Offset>) throws(LogError) {
    guard !bases.isEmpty else { return }
    do {
      for base in bases.reversed() {
        let files = SegmentFiles(directory: directory, baseOffset: base)
        for kind in SegmentFileName.Kind.allCases.reversed()
        where try fileSystem.kind(of: files.path(kind)) != nil {
          try fileSystem.remove(files.path(kind))
        }
      }
      try fileSystem.syncDirectory(directory)
    } catch { throw LogError(error) }
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
