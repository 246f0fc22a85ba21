import VarveBase
import VarveCoordination
import VarveTestKit

/// What is to become of the records of a queue, in the plainest way: a table of all records, of
/// which every question is answered by looking at each.
struct ShareModel {
  struct Record {
    let offset: Int64
    var priority: UInt8 = 0
    /// What its header says until it was out, and then what was said of it.
    var availableAt: Int64 = 0
    var expiresAt: Int64?
    var messageID: Int?
    var timestamp: Int64 = 0
    var isGap = false
    var isDone = false
    var deliveries: Int16 = 0
    /// What a crash leaves of the deliveries.
    var storedDeliveries: Int16 = 0
    var holder: String?
    var heldUntil: Int64 = 0
    var failure: ShareFailure?
    /// What it is parked under.
    var token: String?
    /// The record that it is a copy of.
    var copyOf: Int64?
  }

  var records: [Record] = []
  var settings = ShareSettings()

  var deduplicationWindow: Int64 { settings.queue?.deduplicationWindow ?? 0 }

  private var comparedCount = 0

  /// Is done with messages whose id was there within the window: whoever asks has seen them all.
  mutating func dropRepeated() {
    for index in comparedCount..<records.count {
      guard let first = firstMessage(of: index) else { continue }
      records[index].copyOf = first
      end(of: Int64(index))
    }
    comparedCount = records.count
  }

  /// The earlier record with the same id, no copy itself, whose window the record is in.
  private func firstMessage(of index: Int) -> Int64? {
    guard deduplicationWindow > 0, let id = records[index].messageID else { return nil }
    return records[..<index].last {
      $0.messageID == id && $0.copyOf == nil
        && records[index].timestamp - $0.timestamp < deduplicationWindow
    }?.offset
  }

  func isAvailable(_ record: Record, at now: Moment) -> Bool {
    let wallClock = now.wallClock.rawValue
    return !record.isDone && !record.isGap && record.holder == nil && record.failure == nil
      && record.token == nil
      && record.availableAt <= wallClock
      && record.expiresAt.map { $0 > wallClock } ?? true
  }

  /// What a strict queue gives next: the first records of the highest priority. Those that failed
  /// take room once they were found, before `scanEnd`.
  func next(_ limit: Int, at now: Moment, scanEnd: Int64) -> [Int64] {
    let available = records.filter { isAvailable($0, at: now) }
    guard let highest = available.map(\.priority).max() else { return [] }
    let held = records.count {
      $0.holder != nil || $0.failure != nil && $0.offset < scanEnd
    }
    let room = max(min(limit, settings.recordLocksMax - held), 0)
    return available.filter { $0.priority == highest }.map(\.offset).prefix(room).map { $0 }
  }

  mutating func end(of offset: Int64) {
    records[Int(offset)].isDone = true
    records[Int(offset)].holder = nil
    records[Int(offset)].failure = nil
    records[Int(offset)].token = nil
  }

  mutating func park(_ offset: Int64, under token: String) {
    let index = Int(offset)
    records[index].holder = nil
    records[index].token = token
    // A delivery that does not count.
    records[index].deliveries -= 1
    records[index].storedDeliveries = records[index].deliveries
    records[index].availableAt = 0
  }

  /// Returns how many records were parked.
  mutating func unpark(_ token: String) -> Int {
    let parked = records.indices.filter { records[$0].token == token }
    for index in parked { records[index].token = nil }
    return parked.count
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
    records[index].availableAt = delay > 0 ? now.wallClock.rawValue + delay : 0
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
