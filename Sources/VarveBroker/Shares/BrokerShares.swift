internal import VarveBase
package import VarveCoordination
internal import VarveLog

/// Delivering to share groups (KIP-932), for consumers in this process and over the wire.
///
/// What a group does with a partition is decided by a coordinator, and answered once it counts as
/// done by the durability of `__share_group_state`. Errors are thrown as Kafka names them.
package struct BrokerShares: Sendable {
  let broker: Broker

  /// Gives a consumer up to `limit` records of a partition, and their batches, up to `bytesMax` or
  /// one batch where that is larger. Nothing where there is nothing to be had now.
  package func fetch(
    _ partition: Partition, group: String, member: String, limit: Int, bytesMax: Int
  ) async throws(CoordinatorError) -> ShareReading {
    let key = key(of: group, partition)
    let acquired = try await acquire(key, of: partition, for: member, limit: limit)
    guard !acquired.isEmpty else { return ShareReading() }
    let reading: ShareReading
    do throws(LogError) {
      reading = try ShareReading(acquired, of: partition.log, bytesMax: bytesMax)
    } catch {
      try await cancel(acquired.map(\.offsets), of: key, by: member)
      throw CoordinatorError(storing: error)
    }
    try await cancel(reading.leftOver, of: key, by: member)
    return reading
  }

  /// Takes what a consumer says of its records.
  package func acknowledge(
    _ acknowledgements: [Acknowledgement], of partition: Partition, group: String, member: String
  ) async throws(CoordinatorError) {
    guard !acknowledgements.isEmpty else { return }
    let key = key(of: group, partition)
    let configuration = configuration(of: group)
    let isRenewal = acknowledgements.contains { $0.types.contains(.renew) }
    if isRenewal, !configuration.allowsRenewal {
      throw CoordinatorError(
        .invalidRequest,
        "group '\(group)' does not let locks be renewed: share.renew.acknowledge.enable is false")
    }
    let settings = ShareSettings(configuration)
    try await shard(of: key).run { (state, now) throws(CoordinatorError) in
      try state.acknowledge(acknowledgements, of: key, by: member, settings, at: now)
    }
  }

  /// Gives back all that a consumer has of a partition.
  package func release(
    _ partition: Partition, group: String, member: String
  ) async throws(CoordinatorError) {
    let key = key(of: group, partition)
    let settings = ShareSettings(configuration(of: group))
    try await shard(of: key).run { state, now in
      state.release(key, of: member, settings, at: now)
    }
  }

  /// For how many milliseconds a record is its consumer's.
  package func lockDuration(of group: String) -> Int32 {
    configuration(of: group).recordLockDuration
  }

  func shard(
    of key: SharePartitionKey
  ) throws(CoordinatorError) -> CoordinatorShard<ShareCoordinator> {
    try broker.shareShards.shards.shard(of: key.description, in: broker)
  }

  func configuration(of group: String) -> GroupConfiguration {
    broker.groupConfiguration(of: group)
  }

  /// Nil where there is none any more.
  func partition(of key: SharePartitionKey) -> Partition? {
    guard let name = broker.topicName(of: key.topicID) else { return nil }
    return try? broker.partition(TopicPartition(topic: name, partition: key.partition))
  }

  // MARK: Acquiring

  private func acquire(
    _ key: SharePartitionKey, of partition: Partition, for member: String, limit: Int
  ) async throws(CoordinatorError) -> [AcquiredRecords] {
    let configuration = configuration(of: key.group)
    let settings = ShareSettings(configuration)
    let shard = try shard(of: key)
    var scanner = ShareScanner(configuration, secret: broker.shareSecret)
    let log = partition.log
    while true {
      let end = scanner.isolation == .readCommitted ? log.lastStableOffset : log.endOffset
      let readable = log.startOffset.rawValue..<max(end, log.startOffset).rawValue
      let acquisition = try await shard.run { state, now in
        state.acquire(key, for: member, limit: limit, log: readable, settings, at: now)
      }
      switch acquisition {
      case .records(let records): return records
      case .again: continue
      case .unknown:
        let start = try start(of: log, configuration.offsetReset)
        try await shard.run { state, now in state.begin(key, from: start.rawValue, at: now) }
      case .recall(let offset, let milliseconds):
        let start = try recallStart(of: log, before: Offset(offset), milliseconds)
        try await shard.run { state, _ in
          state.recall(key, from: start.rawValue)
          return ShareDecision()
        }
      case .scan(let start):
        let scan: ShareScan
        do throws(LogError) { scan = try scanner.scan(log, from: start) } catch {
          throw CoordinatorError(storing: error)
        }
        // Trimmed away, or cut back, meanwhile.
        guard scan.end > start else { return [] }
        try await shard.run { state, now in state.take(scan, of: key, settings, at: now) }
      }
    }
  }

  /// Takes records back that were acquired and not delivered, as if they had not been.
  func cancel(
    _ offsets: [ClosedRange<Int64>], of key: SharePartitionKey, by member: String
  ) async throws(CoordinatorError) {
    guard !offsets.isEmpty else { return }
    try await shard(of: key).run { state, now in
      state.cancel(offsets, of: key, by: member, at: now)
    }
  }

  // MARK: Where a group begins

  private func start(
    of log: PartitionLog, _ reset: ShareOffsetReset
  ) throws(CoordinatorError) -> Offset {
    switch reset {
    case .earliest: return log.startOffset
    case .latest: return log.endOffset
    case .byDuration(let milliseconds):
      return try first(of: log, since: broker.now.rawValue - milliseconds)
    }
  }

  /// The first record that is stamped so long before the one at `offset`; its time is that of the
  /// batch, or now where there is none.
  private func recallStart(
    of log: PartitionLog, before offset: Offset, _ milliseconds: Int64
  ) throws(CoordinatorError) -> Offset {
    var time = broker.now.rawValue
    do throws(LogError) {
      let bytes = try log.read(from: max(offset, log.startOffset), maxBytes: 1).bytes
      if let header = RecordBatchHeader(bytes.bytes) {
        time = min(time, header.baseTimestamp.rawValue)
      }
    } catch { throw CoordinatorError(storing: error) }
    let (since, overflows) = time.subtractingReportingOverflow(milliseconds)
    return min(try first(of: log, since: overflows ? 0 : max(since, 0)), offset)
  }

  private func first(of log: PartitionLog, since time: Int64) throws(CoordinatorError) -> Offset {
    do throws(LogError) {
      return try log.firstRecord(stampedAtOrAfter: Timestamp(time))?.offset ?? log.endOffset
    } catch { throw CoordinatorError(storing: error) }
  }
}

extension Broker {
  package var shares: BrokerShares { BrokerShares(broker: self) }
}
