internal import VarveBase
internal import VarveCoordination
internal import VarveLog

/// What a share group's coordinator needs before it can answer about a partition: a place to begin
/// at, and a look at the log.
struct ShareGroundwork: ~Copyable {
  let key: SharePartitionKey
  let configuration: GroupConfiguration
  let settings: ShareSettings
  let shard: CoordinatorShard<ShareCoordinator>
  private let broker: Broker
  private let log: PartitionLog
  private var scanner: ShareScanner

  init(
    _ shares: BrokerShares, _ key: SharePartitionKey, of partition: Partition
  ) throws(CoordinatorError) {
    shard = try shares.shard(of: key)
    self.key = key
    broker = shares.broker
    log = partition.log
    configuration = shares.configuration(of: key.group)
    settings = ShareSettings(configuration)
    scanner = ShareScanner(configuration, secret: broker.shareSecret)
  }

  /// The offsets that the group may read.
  var readable: Range<Int64> {
    let end = scanner.isolation == .readCommitted ? log.lastStableOffset : log.endOffset
    return log.startOffset.rawValue..<max(end, log.startOffset).rawValue
  }

  /// Does what is needed. False where it cannot be done now, the log having been trimmed or cut
  /// back meanwhile.
  mutating func provide(_ need: Acquisition) async throws(CoordinatorError) -> Bool {
    let key = key
    let settings = settings
    switch need {
    case .records, .again: return true
    case .unknown:
      let start = try start(configuration.offsetReset)
      try await shard.run { state, now in state.begin(key, from: start.rawValue, at: now) }
    case .recall(let offset, let milliseconds):
      let start = try recallStart(before: Offset(offset), milliseconds)
      try await shard.run { state, _ in
        state.recall(key, from: start.rawValue)
        return ShareDecision()
      }
    case .scan(let start):
      let scan: ShareScan
      do throws(LogError) { scan = try scanner.scan(log, from: start) } catch {
        throw CoordinatorError(storing: error)
      }
      guard scan.end > start else { return false }
      try await shard.run { state, now in state.take(scan, of: key, settings, at: now) }
    }
    return true
  }

  private func start(_ reset: ShareOffsetReset) throws(CoordinatorError) -> Offset {
    switch reset {
    case .earliest: return log.startOffset
    case .latest: return log.endOffset
    case .byDuration(let milliseconds):
      return try first(since: broker.now.rawValue - milliseconds)
    }
  }

  /// The first record that is stamped so long before the one at `offset`; its time is that of the
  /// batch, or now where there is none.
  private func recallStart(
    before offset: Offset, _ milliseconds: Int64
  ) throws(CoordinatorError) -> Offset {
    var time = broker.now.rawValue
    do throws(LogError) {
      let bytes = try log.read(from: max(offset, log.startOffset), maxBytes: 1).bytes
      if let header = RecordBatchHeader(bytes.bytes) {
        time = min(time, header.baseTimestamp.rawValue)
      }
    } catch { throw CoordinatorError(storing: error) }
    let (since, overflows) = time.subtractingReportingOverflow(milliseconds)
    return min(try first(since: overflows ? 0 : max(since, 0)), offset)
  }

  private func first(since time: Int64) throws(CoordinatorError) -> Offset {
    do throws(LogError) {
      return try log.firstRecord(stampedAtOrAfter: Timestamp(time))?.offset ?? log.endOffset
    } catch { throw CoordinatorError(storing: error) }
  }
}
