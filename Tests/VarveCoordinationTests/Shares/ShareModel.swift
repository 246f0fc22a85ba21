import VarveBase
import VarveCoordination
import VarveTestKit

/// What is to become of the records of a queue, in the plainest way: a table of all records, of
/// which every question is answered by looking at each.
struct ShareModel {
  struct Record {
    let offset: Int64
    var priority: UInt8 = 0
    var availableAt: Int64 = 0
    var expiresAt: Int64?
    var messageID: Int?
    var timestamp: Int64 = 0
    var isGap = false
    var isDone = false
    var deliveries: Int16 = 0
    /// What a crash leaves of the deliveries.
    var storedDeliveries: Int16 = 0
    var storedAvailableAt: Int64 = 0
    var holder: String?
    var heldUntil: Int64 = 0
    var failure: ShareFailure?
  }

  var records: [Record] = []
  var settings = ShareSettings()

  var deduplicationWindow: Int64 { settings.queue?.deduplicationWindow ?? 0 }

  private var comparedCount = 0

  /// Is done with messages whose id was there within the window: whoever asks has seen them all.
  mutating func dropRepeated() {
    for index in comparedCount..<records.count where isRepeated(index) { end(of: Int64(index)) }
    comparedCount = records.count
  }

  /// Whether an earlier record with the same id is within the window.
  private func isRepeated(_ index: Int) -> Bool {
    guard deduplicationWindow > 0, let id = records[index].messageID else { return false }
    return records[..<index].contains {
      $0.messageID == id && records[index].timestamp - $0.timestamp < deduplicationWindow
    }
  }

  func isAvailable(_ record: Record, at now: Moment) -> Bool {
    let wallClock = now.wallClock.rawValue
    return !record.isDone && !record.isGap && record.holder == nil && record.failure == nil
      && max(record.availableAt, record.storedAvailableAt) <= wallClock
      && record.expiresAt.map { $0 > wallClock } ?? true
  }

  /// What a strict queue gives next: the first records of the highest priority.
  func next(_ limit: Int, at now: Moment) -> [Int64] {
    let available = records.filter { isAvailable($0, at: now) }
    guard let highest = available.map(\.priority).max() else { return [] }
    let held = records.count { $0.holder != nil || $0.failure != nil }
    let room = max(min(limit, settings.recordLocksMax - held), 0)
    return available.filter { $0.priority == highest }.map(\.offset).prefix(room).map { $0 }
  }

  mutating func end(of offset: Int64) {
    records[Int(offset)].isDone = true
    records[Int(offset)].holder = nil
    records[Int(offset)].failure = nil
  }

  mutating func fail(_ offset: Int64, _ failure: ShareFailure) {
    if settings.hasDeadLetters {
      records[Int(offset)].holder = nil
      records[Int(offset)].failure = failure
    } else {
      end(of: offset)
    }
  }

  mutating func giveBack(_ offset: Int64, delay: Int64, at now: Moment) {
    let index = Int(offset)
    records[index].holder = nil
    guard records[index].deliveries < settings.deliveriesMax else {
      return fail(offset, .attempts)
    }
    records[index].storedDeliveries = records[index].deliveries
    records[index].storedAvailableAt = delay > 0 ? now.wallClock.rawValue + delay : 0
  }

  /// Ends locks that are over.
  mutating func expire(at now: Moment) {
    for record in records where record.holder != nil && record.heldUntil <= now.uptime {
      giveBack(record.offset, delay: 0, at: now)
    }
  }

  /// Nothing but what was stored is left.
  mutating func crash() {
    for index in records.indices where !records[index].isDone {
      records[index].holder = nil
      records[index].deliveries = records[index].storedDeliveries
    }
  }
}
