internal import VarveBase
internal import VarveBroker
internal import VarveLog

/// A partition of the engine in this process.
final class LocalPartition: PartitionClient {
  private let partition: Partition
  private let cluster: LocalCluster

  init(_ partition: Partition, of cluster: LocalCluster) {
    self.partition = partition
    self.cluster = cluster
  }

  var id: TopicPartition { partition.id }

  var rules: RecordRules { RecordRules(partition.log.configuration) }

  func append(
    _ batch: RawSpan,
    completed: @escaping @Sendable (Result<AppendedBatch, VarveError>) -> Void
  ) {
    partition.append(batch) { result in
      completed(result.map { AppendedBatch($0) }.mapError { self.named($0) })
    }
  }

  func append(
    _ batch: RawSpan, in transactionalID: String,
    completed: @escaping @Sendable (Result<AppendedBatch, VarveError>) -> Void
  ) {
    cluster.broker.append(
      batch, to: partition, transactionalID: transactionalID, joins: true
    ) { result in
      completed(
        result.map { AppendedBatch($0) }.mapError { error in
          switch error {
          case .coordinator(let error): VarveError(error, in: self.id)
          case .log(let error): self.named(error)
          }
        })
    }
  }

  func append(_ batch: RawSpan) throws(VarveError) -> AppendedBatch {
    do { return AppendedBatch(try partition.append(batch)) } catch { throw named(error) }
  }

  func read(
    from offset: Offset, maxBytes: Int, isolation: Isolation
  ) throws(VarveError) -> LogSlice {
    do {
      return try partition.log.read(
        from: offset, maxBytes: maxBytes, isolation: isolation.level)
    } catch { throw named(error) }
  }

  func fetch(
    from offset: Offset, maxBytes: Int, isolation: Isolation
  ) throws(VarveError) -> LogSlice {
    let slice = try read(from: offset, maxBytes: maxBytes, isolation: isolation)
    // At the end of a closed log a reader would wait for ever.
    guard slice.bytes.isEmpty && partition.log.isClosed else { return slice }
    throw named(LogError(.closed, "the log of \(id) was closed"))
  }

  func waitForRecord(at offset: Offset) async { await partition.waitForRecord(at: offset) }

  func info() -> PartitionInfo { PartitionInfo(partition) }

  func lastStableOffset() -> Offset { partition.log.lastStableOffset }

  func firstOffset(stampedAtOrAfter timestamp: Timestamp) throws(VarveError) -> Offset? {
    do {
      return try partition.log.firstRecord(stampedAtOrAfter: timestamp)?.offset
    } catch { throw named(error) }
  }

  /// A log is closed with its broker or because its topic was deleted, which is another thing to a
  /// user.
  private func named(_ error: LogError) -> VarveError {
    guard error.code == .closed else { return VarveError(error) }
    cluster.topicsChanged()
    do {
      let current = try cluster.broker.partition(id)
      guard current !== partition else { return VarveError(error) }
      return VarveError(
        .unknownTopicOrPartition, "topic '\(id.topic)' was deleted and created again",
        partition: id, cause: error)
    } catch { return VarveError(error) }
  }
}

extension AppendedBatch {
  init(_ result: AppendResult) {
    self.init(firstOffset: result.firstOffset, logAppendTime: result.logAppendTime)
  }
}

extension RecordRules {
  init(_ configuration: LogConfiguration) {
    self.init()
    batchBytesMax = min(configuration.maxMessageBytes, configuration.segmentBytes)
    requiresKeys = configuration.cleanupPolicy.contains(.compact)
    if configuration.timestampType == .create {
      timestampBeforeMax = configuration.timestampBeforeMaxMilliseconds
      timestampAfterMax = configuration.timestampAfterMaxMilliseconds
    }
    compression = configuration.compression.map {
      Compression($0, level: configuration.compressionLevel.map(Int.init))
    }
  }
}
