internal import Synchronization
package import VarveBase
internal import VarveLog

extension Broker {
  /// Opens a data directory of Varve's or Kafka's, or makes a new one.
  ///
  /// Logs that were not closed in order are checked and cut back to their last whole batch. Throws
  /// `.locked` while somebody else has the directory, `.corrupt` where synced data is damaged, and
  /// what the disk said.
  package static func open(
    _ path: String, on fileSystem: any FileSystem = LocalFileSystem(),
    time: any TimeSource = SystemTime(), options: Options = Options()
  ) throws(BrokerError) -> Broker {
    do {
      try judge(options)
      var generator = SystemRandomNumberGenerator()
      let directory = try DataDirectory(path, on: fileSystem, using: &generator)
      let metadata = try openMetadata(directory, time: time)
      let server = try metadata.image.serverDefaults(
        broker: directory.properties.nodeID, file: options.serverConfigs)
      let broker = try Broker(
        directory, time: time, metadata: metadata,
        flusher: flusher(path, fileSystem, options.logger), state: State(server: server),
        options: options)
      try broker.takeCharge(incarnation: TopicID(using: &generator))
      try broker.openPartitions()
      try broker.coordination.open(in: broker)
      try broker.transactions.open(in: broker)
      try broker.shareShards.open(in: broker)
      if options.runsMaintenance { broker.maintenance.start(broker) }
      return broker
    } catch { throw BrokerError(any: error) }
  }

  private static func flusher(
    _ root: String, _ fileSystem: any FileSystem, _ logger: Logger
  ) -> Flusher {
    Flusher(root: root, on: fileSystem) { error in
      logger.log(
        .warning, "no commit journal is written any more: syncs of many partitions take longer",
        [.error: "\(error)"])
    }
  }

  /// Refuses configs that cannot be, and says which ones change nothing.
  private static func judge(_ options: Options) throws(ConfigError) {
    for (name, value) in options.serverConfigs.sorted(by: { $0.key < $1.key }) {
      guard case .ignored(let reason) = try ServerConfigDefinition.judge(name, value) else {
        continue
      }
      options.logger.log(.warning, "\(name) changes nothing here: \(reason)")
    }
  }

  private static func openMetadata(
    _ directory: DataDirectory, time: any TimeSource
  ) throws -> MetadataLog {
    var settings = MetadataLog.Settings()
    settings.isCleanlyClosed = directory.wasCleanlyClosed
    settings.recoveryPoint =
      try directory.checkpoint(.recoveryPoint)[MetadataLog.partition] ?? 0
    return try MetadataLog.open(
      in: directory.path, on: directory.fileSystem, time: time, settings: settings)
  }

  /// Leads every partition. A directory that Kafka wrote says that nobody does since its shutdown.
  private func takeCharge(incarnation: TopicID) throws(CatalogError) {
    try metadata.change { image, offset throws(CatalogError) in
      try catalog(of: image).takeCharge(incarnation: incarnation, at: offset)
    }
  }

  private func openPartitions() throws(LogError) {
    let image = metadata.image
    try sortOut(image)
    let recoveryPoints = try directory.checkpoint(.recoveryPoint)
    let starts = try directory.checkpoint(.logStart)
    let cleaned = try directory.checkpoint(.cleaner)
    let commits =
      directory.wasCleanlyClosed
      ? RecoveredCommits()
      : try RecoveredCommits(in: directory.path, on: directory.fileSystem)
    for topic in image.topics {
      let configuration = self.configuration(of: topic.name).logConfiguration
      for index in 0..<topic.partitionCount {
        let id = TopicPartition(topic: topic.name, partition: index)
        var loader = loader(of: id, topic.id, configuration)
        loader.commits = commits
        loader.recoveryPoint = recoveryPoints[id] ?? 0
        loader.logStartOffset = starts[id] ?? 0
        loader.cleanedUpTo = cleaned[id] ?? 0
        loader.isCleanlyClosed = directory.wasCleanlyClosed
        let (log, report) = try loader.load()
        tell(report, of: id)
        try identify(id, topic.id)
        let partition = Partition(
          id, topicID: topic.id, log: log, flusher: flusher, cleanedUpTo: cleaned[id] ?? 0)
        state.withLock { $0.partitions[id] = partition }
      }
    }
    // All is in the logs' files now, synced.
    try CommitJournal.remove(in: directory.path, on: directory.fileSystem)
    let named = [recoveryPoints, starts, cleaned].flatMap(\.keys)
    try forgetDeleted(named)
  }

  /// Writes the checkpoints anew where they name partitions that are no more, which a topic made
  /// under the same name would be judged by.
  private func forgetDeleted(_ named: [TopicPartition]) throws(LogError) {
    let isKnown = state.withLock { state in
      named.allSatisfy { state.partitions[$0] != nil || $0 == MetadataLog.partition }
    }
    if !isKnown { try writeCheckpoints() }
  }

  /// Says what a crash took and cost; a log that needed nothing is not worth a word.
  private func tell(_ report: LogLoader.Report, of id: TopicPartition) {
    if let reason = report.cutReason {
      options.logger.log(
        .warning, "cut a torn tail that was never synced: \(reason)",
        [.partition: id.description, .bytes: String(report.cutBytes)])
    }
    if report.restoredBytes > 0 {
      options.logger.log(
        .notice, "restored batches from the commit journal that a power loss took from the log",
        [.partition: id.description, .bytes: String(report.restoredBytes)])
    }
    if let restart = report.restartOffset {
      options.logger.log(
        .warning,
        "begins anew: all that a crash took had been deleted, producers are forgotten with it",
        [.partition: id.description, .offset: restart.description])
    }
    if report.rebuiltIndexes > 0 {
      options.logger.log(
        .notice, "built indexes again that were missing or could not be right",
        [.partition: id.description, .count: String(report.rebuiltIndexes)])
    }
  }

  func loader(
    of id: TopicPartition, _ topicID: TopicID, _ configuration: LogConfiguration
  ) -> LogLoader {
    var loader = LogLoader(
      id, directory: directory.path(of: id), on: directory.fileSystem, time: time)
    loader.topicID = topicID
    loader.configuration = configuration
    return loader
  }

  /// Removes what a deletion left, and puts aside directories of topics that are not: those of a
  /// creation that a crash cut short, or of a topic that was deleted and created again.
  private func sortOut(_ image: MetadataImage) throws(LogError) {
    do {
      for name in try directory.fileSystem.contents(ofDirectory: directory.path) {
        let path = "\(directory.path)/\(name)"
        guard try directory.fileSystem.kind(of: path) == .directory else { continue }
        if name.hasSuffix("-delete") {
          try directory.fileSystem.removeDirectory(path)
        } else if let id = TopicPartition(directoryName: name),
          id.topic.description != TopicName.metadataLog
        {
          try putAsideStray(id, image)
        }
      }
    } catch let error as FileError {
      throw LogError(error)
    } catch let error as LogError {
      throw error
    } catch { preconditionFailure("no other errors: \(error)") }
  }

  /// Puts a directory aside, where there is one, unless it is that of the image's partition.
  func putAsideStray(_ id: TopicPartition, _ image: MetadataImage) throws(LogError) {
    do throws(FileError) {
      guard try directory.fileSystem.kind(of: directory.path(of: id)) != nil else { return }
    } catch { throw LogError(error) }
    var known: TopicID?
    if let topic = image.topic(named: id.topic), topic.partitions[id.partition] != nil {
      known = topic.id
    }
    let stored = try storedIdentity(of: id, isKnown: known != nil)
    if let known, stored ?? known == known { return }
    var generator = SystemRandomNumberGenerator()
    let unique = stored ?? TopicID(using: &generator)
    do {
      try directory.fileSystem.rename(
        directory.path(of: id), to: directory.path(of: id, suffix: "stray", unique: unique))
    } catch { throw LogError(error) }
  }

  /// Which topic a directory says that it belongs to. One that the metadata does not know may be
  /// from a creation that was killed before it had written that: nil.
  private func storedIdentity(
    of id: TopicPartition, isKnown: Bool
  ) throws(LogError) -> TopicID? {
    do throws(LogError) {
      return try PartitionMetadata.read(
        in: directory.path(of: id), on: directory.fileSystem)?.topicID
    } catch {
      guard !isKnown, error.code == .corrupt else { throw error }
      return nil
    }
  }

  /// Notes in a partition's directory which topic it belongs to, where that is missing.
  private func identify(_ id: TopicPartition, _ topic: TopicID) throws(LogError) {
    let path = directory.path(of: id)
    guard try PartitionMetadata.read(in: path, on: directory.fileSystem) == nil else { return }
    try PartitionMetadata(topicID: topic).write(in: path, on: directory.fileSystem)
  }
}
