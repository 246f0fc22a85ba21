internal import VarveBase

/// What a share group has of a partition (KIP-932): which records are done with, who has which, and
/// which come next. A value without I/O.
///
/// Everything is kept record by record, and only of records that are between being found in the log
/// and being done with: one that is held for ever keeps nothing from being delivered but itself.
///
/// A record that was found is in one of these places: `ready`, `delayed`, `locks` while a consumer
/// has it, `parked`, `failing` until it is copied to the dead letters, or `done`.
package struct SharePartition: Sendable {
  package let key: SharePartitionKey
  /// All before it is done with.
  package internal(set) var startOffset: Int64
  /// What is done with from there on.
  package internal(set) var done = OffsetSet()
  /// Records that were out, and are not done with.
  /// Changed by `remember` and its like alone.
  var histories: [Int64: History] = [:]
  /// Those of them that are parked.
  var parked = ParkedRecords()
  /// Records that are left out as copies of others.
  var copies = KnownCopies()
  /// Goes up when an administrator sets where the group starts.
  package internal(set) var stateEpoch: Int32 = 0
  var snapshotEpoch: Int32 = 0
  var updatesSinceSnapshot = 0

  // What follows is not stored: the log has it.

  /// Up to where the log was looked at.
  package internal(set) var scanEnd: Int64
  var ready = ReadyRecords()
  var delayed = DelayedRecords()
  var locks = RecordLocks()
  /// When parked records end. Those that were woken stay for a while.
  var parkedEnds = DelayedRecords()
  var failing: [Int64: DeadLetter] = [:]
  /// Of records that have another priority than 0, or end; milliseconds since 1970.
  var priorities: [Int64: UInt8] = [:]
  var expiries: [Int64: Int64] = [:]
  var recent = RecentMessages()
  /// Whether message ids from before the start offset were looked at.
  var isRecalled = false
  package internal(set) var settings = ShareSettings()
  /// What became of records since the broker started.
  package internal(set) var counts = ShareCounts()
  /// What happened in an operation, of a group that is traced.
  var events: [ShareEvent] = []

  package init(_ key: SharePartitionKey, startOffset: Int64, stateEpoch: Int32 = 0) {
    self.key = key
    self.startOffset = startOffset
    self.stateEpoch = stateEpoch
    scanEnd = startOffset
  }

  /// How many records consumers have.
  package var lockedCount: Int { locks.count }
  /// How many records wait for their time.
  package var delayedCount: Int { delayed.count }
  /// How many records that can be delivered were looked at already.
  package var readyCount: Int64 { ready.count }
  package var failingCount: Int { failing.count }
  package var parkedCount: Int { parked.count }
  /// How many records from the start offset on are done with.
  package var completedCount: Int64 { done.count }
  /// How many things are kept of single records, which is what the memory goes by: what is done
  /// with, and what the log brings without a header, is kept in ranges.
  package var entryCount: Int {
    histories.count + parked.count + copies.count + delayed.count + locks.entryCount
      + parkedEnds.count + failing.count + priorities.count + expiries.count + recent.count
      + ready.entryCount + done.chunkCount
  }

  /// When `expire` has something to do, in milliseconds of uptime.
  func nextDeadline(at now: Moment) -> Int64? {
    let next = [delayed.next, parkedEnds.next].compactMap(\.self).min()
    let delayed = next.map { time in
      // The wall clock may jump: it is looked at again once a minute.
      now.uptime + min(max(time - now.wallClock.rawValue, 0), 60_000)
    }
    guard let locked = locks.nextDeadline else { return delayed }
    return min(locked, delayed ?? locked)
  }

  func priority(of offset: Int64) -> UInt8 { priorities[offset] ?? 0 }
}

/// What became of records since the broker started.
package struct ShareCounts: Equatable, Sendable {
  package var delivered: Int64 = 0
  package var redelivered: Int64 = 0
  package var accepted: Int64 = 0
  package var released: Int64 = 0
  package var rejected: Int64 = 0
  package var timedOut: Int64 = 0
  package var expired: Int64 = 0
  package var repeated: Int64 = 0
  /// Message ids that were forgotten before their window was over, there being too many.
  package var forgottenIDs: Int64 = 0
  package var deadLettered: Int64 = 0

  package init() {}
}
