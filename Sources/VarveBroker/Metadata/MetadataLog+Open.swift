internal import Synchronization
package import VarveBase
internal import VarveLog
internal import VarveProtocol

extension MetadataLog {
  /// Opens the metadata of a data directory, Kafka's or ours, for writing; makes it where there is
  /// none, with what Kafka's `bootstrap.checkpoint` says where the directory has one.
  ///
  /// The caller holds the directory's lock.
  ///
  /// - Throws: ``MetadataError``: `.corrupt` where acknowledged changes are missing or damaged,
  ///   `.unknownVersion` for metadata of a newer program, `.io`.
  package static func open(
    in root: String, on fileSystem: any FileSystem, time: any TimeSource,
    settings: Settings = Settings()
  ) throws(MetadataError) -> MetadataLog {
    let directory = MetadataDirectory(in: root, on: fileSystem)
    try directory.prepare()
    if !settings.isCleanlyClosed { try directory.checkForDamage() }
    var state = try directory.newestState()
    do {
      let log = try load(directory, time: time, settings: settings, start: state.nextOffset)
      if try PartitionMetadata.read(in: directory.path, on: fileSystem) == nil {
        try PartitionMetadata(topicID: MetadataDirectory.topicID)
          .write(in: directory.path, on: fileSystem)
      }
      let bytes = try replay(log, into: &state)
      let metadata = MetadataLog(
        directory, log: log, time: time, settings: settings, state: state, logBytes: bytes)
      try metadata.settle(bootstrap: bootstrap(root, fileSystem))
      return metadata
    } catch let error as MetadataError {
      throw error.at(path: directory.path)
    } catch {
      throw MetadataError(error)
    }
  }

  private static func load(
    _ directory: MetadataDirectory, time: any TimeSource, settings: Settings, start: Offset
  ) throws(LogError) -> PartitionLog {
    var loader = LogLoader(
      partition, directory: directory.path, on: directory.fileSystem, time: time)
    // Kafka's defaults for the metadata log are sized for clusters. Neither age nor size removes
    // records here: snapshots do.
    loader.configuration.segmentBytes = 8 << 20
    loader.configuration.maxMessageBytes = 8 << 20
    loader.configuration.segmentIndexBytes = 64 << 10
    loader.configuration.cleanupPolicy = []
    loader.configuration.fileDeleteDelayMilliseconds = 0
    loader.logStartOffset = start
    loader.recoveryPoint = max(settings.recoveryPoint, start)
    loader.isCleanlyClosed = settings.isCleanlyClosed
    return try loader.load().log
  }

  /// Replays what the log has after the snapshot, and returns the bytes it takes.
  private static func replay(
    _ log: PartitionLog, into state: inout MetadataState
  ) throws -> Int {
    guard log.startOffset <= state.nextOffset else {
      throw MetadataError(
        .corrupt,
        "the log starts at \(log.startOffset), and no snapshot that is whole says what was before",
        offset: state.nextOffset)
    }
    var cursor = try LogCursor(log, from: state.nextOffset)
    var byteCount = 0
    while let bytes = try cursor.next(maxBytes: 1 << 20) {
      guard try state.replayBatches(of: bytes.bytes) == bytes.count else {
        throw MetadataError(.corrupt, "a batch is damaged", offset: state.nextOffset)
      }
      byteCount += bytes.count
    }
    return byteCount
  }

  /// What an empty metadata log starts with.
  private static func bootstrap(
    _ root: String, _ fileSystem: any FileSystem
  ) throws(MetadataError) -> [MetadataRecord] {
    let path = "\(root)/bootstrap.checkpoint"
    let bytes: ByteSlice
    do throws(FileError) {
      guard try fileSystem.kind(of: path) == .file else { return TopicCatalog.bootstrapRecords() }
      bytes = ByteSlice(try fileSystem.open(path, .read).readAll())
    } catch { throw MetadataError(.io, error.description, path: path, cause: error) }
    let id = MetadataSnapshotID(endOffset: 0, epoch: 0)
    return try MetadataSnapshot.read(bytes.bytes, id: id, path: path).image.records()
  }

  /// Ends what Kafka or a crash left open: a transaction without an end is aborted, a log without
  /// a `metadata.version` gets its first records.
  private func settle(bootstrap: [MetadataRecord]) throws(MetadataError) {
    try writer.withLock { writer throws(MetadataError) in
      if writer.state.replay.isWithinTransaction {
        var abort = AbortTransactionRecord()
        abort.reason = "not finished when the directory was opened"
        try append([.abortTransaction(abort)], &writer)
      }
      if writer.state.image.features[MetadataVersion.featureName] == nil {
        try append(bootstrap, &writer)
      }
    }
  }
}
