/// Records that can be delivered, by priority and offset.
///
/// What the log brings comes as ranges in the order of offsets, so that a backlog of one priority
/// is one range however long it is; what comes back from a consumer comes one by one.
struct ReadyRecords: Sendable {
  /// Of one priority.
  private struct Level: Sendable {
    var fresh: [ClosedRange<Int64>] = []
    /// How many of `fresh` were taken.
    var taken = 0
    var returned = BinaryHeap<Int64>()

    var first: Int64? {
      let fresh = taken < fresh.count ? fresh[taken].lowerBound : nil
      guard let returned = returned.first else { return fresh }
      return min(returned, fresh ?? returned)
    }
  }

  private var levels: [Level?] = Array(repeating: nil, count: RecordPriority.count)
  private var occupied: UInt32 = 0
  /// The claims of priorities that had to wait for others.
  private var credits = [Int](repeating: 0, count: RecordPriority.count)
  private(set) var count: Int64 = 0

  var isEmpty: Bool { count == 0 }

  /// How many ranges and single records there are.
  var entryCount: Int {
    levels.reduce(0) { $0 + ($1.map { $0.fresh.count + $0.returned.count } ?? 0) }
  }

  /// Takes in records that the log brings: after all that it brought before.
  mutating func append(_ range: ClosedRange<Int64>, priority: UInt8) {
    var level = takeOut(priority)
    if let last = level.fresh.last, level.taken < level.fresh.count,
      last.upperBound + 1 == range.lowerBound
    {
      level.fresh[level.fresh.count - 1] = last.lowerBound...range.upperBound
    } else {
      level.fresh.append(range)
    }
    count += Int64(range.count)
    putBack(level, priority)
  }

  /// Takes in a record that was out.
  mutating func putBack(_ offset: Int64, priority: UInt8) {
    var level = takeOut(priority)
    level.returned.insert(offset)
    count += 1
    putBack(level, priority)
  }

  /// The priority that is served next: the highest, or, where they are `weighted`, each in
  /// proportion to its rank.
  mutating func nextPriority(weighted: Bool) -> UInt8? {
    guard occupied != 0 else { return nil }
    let highest = UInt8(31 - occupied.leadingZeroBitCount)
    guard weighted else { return highest }
    var total = 0
    var chosen = Int(highest)
    for priority in 0..<RecordPriority.count where occupied & (1 << UInt32(priority)) != 0 {
      credits[priority] += priority + 1
      total += priority + 1
      if credits[priority] >= credits[chosen] { chosen = priority }
    }
    credits[chosen] -= total
    return UInt8(chosen)
  }

  /// Takes the first record of a priority.
  mutating func popFirst(priority: UInt8) -> Int64? {
    guard occupied & (1 << UInt32(priority)) != 0 else { return nil }
    var level = takeOut(priority)
    defer { putBack(level, priority) }
    guard let first = level.first else { return nil }
    count -= 1
    if level.returned.first == first {
      level.returned.removeFirst()
      return first
    }
    let range = level.fresh[level.taken]
    if range.count > 1 {
      level.fresh[level.taken] = first + 1...range.upperBound
      return first
    }
    level.taken += 1
    if level.taken > 64, level.taken * 2 > level.fresh.count {
      level.fresh.removeFirst(level.taken)
      level.taken = 0
    }
    return first
  }

  private mutating func takeOut(_ priority: UInt8) -> Level {
    let level = levels[Int(priority)] ?? Level()
    levels[Int(priority)] = nil
    return level
  }

  private mutating func putBack(_ level: Level, _ priority: UInt8) {
    let isEmpty = level.first == nil
    levels[Int(priority)] = isEmpty ? nil : level
    if isEmpty {
      occupied &= ~(1 << UInt32(priority))
      credits[Int(priority)] = 0
    } else {
      occupied |= 1 << UInt32(priority)
    }
  }
}

/// The priorities of records in a queue.
package enum RecordPriority {
  /// 0, which records have that name none, to 31, which is served first.
  package static let count = 32
}
