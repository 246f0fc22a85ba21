import VarveBase
import VarveCoordination
import VarveProtocol

/// A share group's coordinator with a log that a test makes up, a clock that the test moves, and
/// what was stored.
struct ShareUnderTest {
  /// How much of the log is looked at at a time.
  private static let scanMax: Int64 = 10_000

  let settings: ShareSettings
  private(set) var now = Moment(wallClock: Timestamp(1_700_000_000_000), uptime: 1_000)
  private(set) var logEnd: Int64 = 0
  private(set) var letters: [DeadLetter] = []
  private var coordinator = ShareCoordinator()
  /// What headers say, of the records that have any.
  private var headers: [Int64: QueuedRecord] = [:]
  /// From the last snapshot on.
  private var stored: [ShareStateRecord] = []
  private let key = SharePartitionKey(
    group: "workers", topicID: TopicID(rawValue: 7), partition: 0)

  init(_ settings: ShareSettings = ShareSettings()) {
    self.settings = settings
    keep(coordinator.begin(key, from: 0, at: now))
  }

  /// A queue's settings: `change` says what is not the default.
  static func queue(
    _ change: (inout ShareSettings, inout QueueSettings) -> Void = { _, _ in }
  ) -> ShareUnderTest {
    var (settings, queue) = (ShareSettings(), QueueSettings())
    change(&settings, &queue)
    settings.queue = queue
    return ShareUnderTest(settings)
  }

  /// Milliseconds since 1970.
  var time: Int64 { now.wallClock.rawValue }
  var nextDeadline: Int64? { coordinator.nextDeadline }
  var startOffset: Int64 { coordinator.partitions[key]?.startOffset ?? -1 }
  var doneRanges: [ClosedRange<Int64>] { coordinator.partitions[key]?.done.ranges ?? [] }
  var counts: ShareCounts { coordinator.partitions[key]?.counts ?? ShareCounts() }
  /// See ``SharePartition/entryCount``.
  var entryCount: Int { coordinator.partitions[key]?.entryCount ?? 0 }
  var parkedCount: Int { coordinator.partitions[key]?.parkedCount ?? 0 }

  // MARK: The log and the clock

  mutating func append(_ count: Int64) { logEnd += count }

  /// Returns the record's offset.
  @discardableResult
  mutating func append(_ describe: (inout QueuedRecord) -> Void) -> Int64 {
    var record = QueuedRecord(offset: logEnd)
    record.timestamp = time
    describe(&record)
    headers[logEnd] = record
    logEnd += 1
    return record.offset
  }

  mutating func pass(_ milliseconds: Int64) {
    now.uptime += milliseconds
    now.wallClock = Timestamp(now.wallClock.rawValue + milliseconds)
    if let next = coordinator.nextDeadline, next <= now.uptime {
      keep(coordinator.expire(at: now))
    }
  }

  /// The coordinator's process ends, and the next one has what was stored.
  mutating func restart() {
    coordinator = ShareCoordinator()
    letters = []
    for record in stored { coordinator.replay(record, producerID: nil) }
    keep(coordinator.loaded(at: now))
  }

  // MARK: Consumers

  mutating func take(_ limit: Int, for member: String = "worker") -> [AcquiredRecords] {
    while true {
      let decision = coordinator.acquire(
        key, for: member, limit: limit, log: 0..<logEnd, settings, at: now)
      keep(decision)
      guard case .records(let records) = decision.reply else {
        provide(decision.reply)
        continue
      }
      return records
    }
  }

  mutating func takeOffsets(_ limit: Int, for member: String = "worker") -> [Int64] {
    take(limit, for: member).flatMap { Array($0.offsets) }
  }

  mutating func say(
    _ type: AcknowledgeType, of offsets: ClosedRange<Int64>, by member: String = "worker",
    retryDelay: Int64? = nil, token: String? = nil
  ) throws(CoordinatorError) {
    keep(
      try coordinator.acknowledge(
        [Acknowledgement(offsets, [type], retryDelay: retryDelay, token: token)], of: key,
        by: member, settings, at: now))
  }

  mutating func accept(_ offsets: [Int64], by member: String = "worker") throws(CoordinatorError) {
    for offset in offsets { try say(.accept, of: offset...offset, by: member) }
  }

  mutating func unpark(_ token: String) -> Int {
    let decision = coordinator.unpark(token, of: key, settings, at: now)
    keep(decision)
    return decision.reply
  }

  mutating func first(ofCopyAt offset: Int64) -> Int64? {
    while true {
      let decision = coordinator.first(
        ofCopyAt: offset, in: key, log: 0..<logEnd, settings, at: now)
      keep(decision)
      switch decision.reply {
      case .needs(let need): provide(need)
      case .found(let first): return first
      }
    }
  }

  // MARK: -

  private mutating func provide(_ need: Acquisition) {
    switch need {
    case .scan(let start): scan(from: start)
    case .recall(let offset, let milliseconds):
      let since = (headers[offset]?.timestamp ?? time) - milliseconds
      let from = headers.values.filter { $0.timestamp >= since }.map(\.offset).min() ?? logEnd
      coordinator.recall(key, from: from)
    case .unknown, .again, .records: break
    }
  }

  private mutating func scan(from start: Int64) {
    let end = min(logEnd, start + Self.scanMax)
    var items: [ShareScan.Item] = []
    if settings.queue == nil {
      items.append(.records(start...end - 1))
    } else {
      for offset in start..<end {
        items.append(.queued(headers[offset] ?? QueuedRecord(offset: offset)))
      }
    }
    let scan = ShareScan(start: start, end: end, items: items)
    keep(coordinator.take(scan, of: key, settings, at: now))
  }

  private mutating func keep<Reply>(_ decision: ShareDecision<Reply>) {
    for record in decision.records {
      if case .snapshot = record { stored = [] }
      stored.append(record)
    }
    for case .copy(_, let failed) in decision.effects { letters += failed }
  }
}
