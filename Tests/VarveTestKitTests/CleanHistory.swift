import Varve
import VarveTestKit

/// A history without a fault, made by a log that is a list for each partition: producers that are
/// idempotent, not, and transactional; answers that are lost; members that come, go and crash.
struct CleanHistory {
  struct Entry {
    /// Nil for a transaction's marker.
    let record: RecordID?
    let transaction: TransactionID?
  }

  enum Fate { case open, committed, aborted }

  struct Place: Hashable {
    let group: String
    let partition: Int
  }

  private(set) var history = History()
  /// The log.
  var entries: [[Entry]]
  var fates: [TransactionID: Fate] = [:]
  var committedOffsets: [Place: Offset] = [:]
  /// What a producer was told of its sends, and the records themselves.
  var sent: [RecordID: SentRecord] = [:]
  /// The first offset of each partition in the final read.
  var starts: [Int] = []

  var random: SeededGenerator
  let topic: TopicName
  var nextRecord: UInt64 = 0
  var nextTransaction: UInt64 = 0
  var sequences: [String: [Int64]] = [:]
  var running: [String: RunningTransaction] = [:]
  var owners: [Place: GroupMember] = [:]
  var positions: [Place: Int] = [:]

  static let transactional = ["t0", "t1", "t2"]
  /// The groups and what they ask to see. The offsets of "work" are committed by transactions only.
  static let groups: [(name: String, isolation: Isolation)] = [
    ("careful", .readCommitted), ("curious", .readUncommitted), ("work", .readCommitted),
  ]

  init(seed: UInt64, steps: Int = 70) throws {
    random = SeededGenerator(seed: seed)
    topic = try TopicName("orders")
    entries = Array(repeating: [], count: Int.random(in: 2...6, using: &random))
    for _ in 0..<steps { step() }
    finish()
  }

  func partition(_ number: Int) -> TopicPartition {
    TopicPartition(topic: topic, partition: Int32(number))
  }

  mutating func record(_ event: HistoryEvent) { history.append(event) }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

  mutating func anyPartition() -> Int { Int.random(in: 0..<entries.count, using: &random) }

  private mutating func step() {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<20: sendPlainly()
    case 20..<60: workInTransaction()
    case 60..<80: read()
    case 80..<92: moveOwnership()
    case 92..<98: commitOffset()
    case 98: fetchOffsets()
    default: record(.restarted("broker"))
    }
  }

  /// Everything comes to rest, and is read once more.
  private mutating func finish() {
    for producer in Self.transactional { settle(producer) }
    for group in Self.groups {
      for number in entries.indices where owners[Place(group: group.name, partition: number)] == nil
      {
        gain(number, group.name)
      }
      record(.atRest(group: group.name, entries.indices.map(partition)))
    }
    starts = entries.map { log in chance(25) ? Int.random(in: 0...log.count, using: &random) : 0 }
    for number in entries.indices {
      for isolation in [Isolation.readUncommitted, .readCommitted] {
        record(.auditing(partition(number), isolation, from: Offset(Int64(starts[number]))))
        for seen in visible(number, isolation, from: starts[number]) { record(.audited(seen)) }
      }
    }
    fetchOffsets()
  }

  /// What a reader may see of a partition: nothing from the first open transaction on and nothing
  /// aborted, where it asks for that.
  func visible(_ number: Int, _ isolation: Isolation, from start: Int) -> [RecordSighting] {
    var seen: [RecordSighting] = []
    for (offset, entry) in entries[number].enumerated() {
      let fate = entry.transaction.flatMap { fates[$0] }
      if isolation == .readCommitted, fate == .open { break }
      if isolation == .readCommitted, fate == .aborted { continue }
      guard offset >= start, let record = entry.record else { continue }
      seen.append(
        RecordSighting(
          record, in: partition(number), at: Offset(Int64(offset)), isolation: isolation))
    }
    return seen
  }
}
