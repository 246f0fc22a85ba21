internal import Synchronization
package import VarveBase
package import VarveLog

/// A data directory of topics: what exists, the logs of its partitions, and their upkeep.
///
/// All of it may be called from any thread. Changes of the catalogue come one after the other;
/// reading and appending go on meanwhile.
package final class Broker: Sendable {
  package let directory: DataDirectory
  let time: any TimeSource
  let metadata: MetadataLog
  let flusher: Flusher
  let catalogChange = Mutex(())
  /// The rules of access, sorted; nil before somebody asks.
  let ruleIndex = Mutex<AccessRules?>(nil)
  /// Whether the checkpoints may say what is not true any more: they could not be written.
  private let checkpointing = Mutex(false)
  let state: Mutex<State>
  let maintenance: Maintenance
  package let coordinatorTimer: CoordinatorTimer
  let transactions: TransactionShards
  let coordination: Coordination
  let shareShards: ShareShards
  let shareSessions = ShareSessions()
  let shareMeters = ShareMeters()
  /// What hashes of message ids depend on, so that nobody can choose some that collide.
  let shareSecret = KeyHash.Secret.random()
  package let topicChanges = TopicChanges()
  let options: Options
  let upkeepCounts = UpkeepCounts()
  package let clientQuotas: ClientQuotas
  package let telemetry = TelemetrySubscriptions()
  /// What clients' large batches are unpacked into, one at a time.
  package let largePayloads = LargePayloads()

  struct State {
    var partitions: [TopicPartition: Partition] = [:]
    var server: ServerDefaults
    var isClosed = false
  }

  /// How a broker is opened.
  package struct Options: Sendable {
    /// What topics inherit: the names and values of a `server.properties`.
    package var serverConfigs: [String: String] = [:]
    /// Off, the caller runs `runMaintenance` and `runCoordinators` itself, as tests with a clock of
    /// their own do.
    package var runsMaintenance = true
    /// Told what was recovered at the start, and of upkeep that failed.
    package var logger = Logger.discarding

    package init() {}
  }

  init(
    _ directory: DataDirectory, time: any TimeSource, metadata: MetadataLog, flusher: Flusher,
    state: State, options: Options
  ) throws(ConfigError) {
    self.directory = directory
    self.time = time
    self.metadata = metadata
    self.flusher = flusher
    self.state = Mutex(state)
    maintenance = Maintenance()
    coordinatorTimer = CoordinatorTimer(time, runs: options.runsMaintenance)
    transactions = try TransactionShards(
      state.server, time: time, timer: coordinatorTimer, logger: options.logger)
    coordination = try Coordination(
      state.server, time: time, timer: coordinatorTimer, logger: options.logger)
    shareShards = try ShareShards(
      state.server, time: time, timer: coordinatorTimer, logger: options.logger)
    self.options = options
    clientQuotas = ClientQuotas(time)
    clientQuotas.update { QuotaTable(metadata.image.quotas) }
    takeTelemetry()
  }

  /// The partition, for as long as its topic exists. Throws `.unknownTopicOrPartition`, `.closed`.
  package func partition(_ id: TopicPartition) throws(BrokerError) -> Partition {
    try state.withLock { state throws(BrokerError) in
      try state.checkOpen(directory.path)
      guard let partition = state.partitions[id] else { throw BrokerError.unknown(id) }
      return partition
    }
  }

  /// All partitions of a topic, by number. Throws `.unknownTopicOrPartition`, `.closed`.
  package func partitions(of name: TopicName) throws(BrokerError) -> [Partition] {
    let topic = try topic(named: name)
    var partitions: [Partition] = []
    for index in 0..<topic.partitionCount {
      partitions.append(try partition(TopicPartition(topic: name, partition: index)))
    }
    return partitions
  }

  /// Every partition, in no order.
  package var allPartitions: [Partition] { state.withLock { Array($0.partitions.values) } }

  /// Closes every log in order and leaves the marker that makes the next start quick. Appends that
  /// come later are refused. Closing twice does nothing.
  ///
  /// After an error, of a log whose sync failed say, everything else is closed all the same and the
  /// directory let go: the next start checks it.
  package func close() throws(BrokerError) {
    let isFirst = state.withLock { state in
      defer { state.isClosed = true }
      return !state.isClosed
    }
    guard isFirst else { return }
    maintenance.stop()
    coordinatorTimer.stop()
    transactions.markers.stop()
    shareShards.effects.deadLetters.stop()
    coordination.stop()
    defer { directory.unlock() }
    do {
      let partitions = allPartitions
      let failure = closeLogs(of: partitions)
      flusher.close()
      try metadata.close()
      try writeCheckpoints()
      if let failure { throw failure }
      try CommitJournal.remove(in: directory.path, on: directory.fileSystem)
      try directory.markCleanlyClosed()
    } catch { throw BrokerError(any: error) }
  }

  /// Closes the logs, those after one that fails too, and returns the first failure.
  private func closeLogs(of partitions: [Partition]) -> LogError? {
    var failure: LogError?
    for partition in partitions {
      do throws(LogError) { try partition.log.close() } catch {
        partition.log.abandon()
        failure = failure ?? error
      }
    }
    return failure
  }

  /// Writes from where on logs have to be checked after a crash, where they start, and up to where
  /// they are compacted. Partitions and offsets are taken under the lock, so that no later
  /// checkpoint has earlier ones, or those of a topic that was deleted meanwhile.
  func writeCheckpoints() throws(LogError) {
    try checkpointing.withLock { isOutdated throws(LogError) in
      isOutdated = true
      var recoveryPoints: [TopicPartition: Offset] = [:]
      var starts: [TopicPartition: Offset] = [:]
      var cleaned: [TopicPartition: Offset] = [:]
      for partition in allPartitions {
        recoveryPoints[partition.id] = partition.log.recoveryPoint
        let start = partition.log.startOffset
        if start > 0 { starts[partition.id] = start }
        let cleanedUpTo = partition.compactor.cleanedUpTo
        if cleanedUpTo > 0 { cleaned[partition.id] = cleanedUpTo }
      }
      recoveryPoints[MetadataLog.partition] = metadata.flushedOffset
      try directory.write(recoveryPoints, as: .recoveryPoint)
      try directory.write(starts, as: .logStart)
      try directory.write(cleaned, as: .cleaner)
      isOutdated = false
    }
  }

  /// Whether the last attempt to write the checkpoints failed.
  var areCheckpointsOutdated: Bool { checkpointing.withLock { $0 } }
}

extension Broker.State {
  func checkOpen(_ path: String) throws(BrokerError) {
    guard isClosed else { return }
    throw BrokerError(.closed, "\(path) was closed")
  }
}
