internal import Varve

/// A history told by record, by transaction and by reader, with names replaced by numbers, so that
/// each rule is a walk over an array.
struct HistoryFacts: Sendable {
  struct Record: Sendable {
    let id: RecordID
    let producer: Int32
    let partition: Int32
    /// An index of `transactions`.
    let transaction: Int32?
    let sequence: Int64
    let isIdempotent: Bool
    let source: RecordID?
    var answer = Answer.unknown
    var acknowledgedOffset: Offset?
    /// The first offset where anybody saw it, in the partition that it was sent to.
    var seenOffset: Offset?
    var seenBy: Readers = []

    var offset: Offset? { seenOffset ?? acknowledgedOffset }
    /// It is, or was, in the log for certain.
    var isWritten: Bool { answer == .acknowledged || !seenBy.isEmpty }
    var isCommittedSeen: Bool { !seenBy.isDisjoint(with: [.committed, .committedAudit]) }
  }

  enum Answer: Sendable { case acknowledged, failed, unknown }

  struct Readers: OptionSet {
    let rawValue: UInt8
    static let uncommitted = Readers(rawValue: 1)
    static let committed = Readers(rawValue: 2)
    static let uncommittedAudit = Readers(rawValue: 4)
    static let committedAudit = Readers(rawValue: 8)
  }

  struct Sighting: Sendable {
    let id: RecordID
    /// An index of `records`; nil where nobody sent it.
    let record: Int32?
    let partition: Int32
    let offset: Offset
    let isolation: Isolation
    /// What one reader read of one partition without a break has one number.
    let stretch: Int32
    /// The member, an index of `members`; nil for the final read.
    let member: Int32?
  }

  struct Transaction: Sendable {
    let id: TransactionID
    var outcome: TransactionOutcome?
    var isCommitting = false
    /// Indexes of `records`.
    var records: [Int32] = []
    /// Indexes of `commits`.
    var commits: [Int32] = []

    /// What its end must look like. Without a request to commit, nobody may see it.
    var verdict: TransactionOutcome { outcome ?? (isCommitting ? .unknown : .aborted) }
  }

  /// Where a final read of a partition began, by isolation.
  struct Audits: Sendable {
    var uncommittedFrom: Offset?
    var committedFrom: Offset?
  }

  /// A group and a partition.
  struct GroupPartition: Hashable, Sendable {
    let group: Int32
    let partition: Int32
  }

  struct Commit: Sendable {
    let place: GroupPartition
    let offset: Offset
    /// An index of `transactions`.
    let transaction: Int32?
    let outcome: CommitOutcome
    /// When it took effect, if it did, as the index of an event: not before `time`, which is also
    /// the best guess, and not after `latest`.
    var time: Int
    var latest: Int
  }

  struct Fetch: Sendable {
    let place: GroupPartition
    let offset: Offset?
  }

  enum Move: Sendable {
    case gained(member: Int32, partition: Int32)
    case gaveUp(member: Int32, partition: Int32)
    case crashed(member: Int32)
    case atRest(group: Int32, partitions: [Int32])
  }

  var partitions = Numbering<TopicPartition>()
  var producers = Numbering<String>()
  var groups = Numbering<String>()
  var members = Numbering<GroupMember>()
  /// By member.
  var groupOfMember: [Int32] = []
  var recordNumbers: [RecordID: Int32] = [:]
  var records: [Record] = []
  var transactionNumbers: [TransactionID: Int32] = [:]
  var transactions: [Transaction] = []
  /// By producer.
  var lastTransactions: [Int32: Int32] = [:]
  var sightings: [Sighting] = []
  /// By partition.
  var audits: [Int32: Audits] = [:]
  var commits: [Commit] = []
  var fetches: [Fetch] = []
  var moves: [Move] = []
  var mistakes: [HistoryViolation] = []

  func record(_ sighting: Sighting) -> Record? { sighting.record.map { records[Int($0)] } }

  /// What became of the record's transaction; nil for a record outside of transactions.
  func verdict(on record: Record) -> TransactionOutcome? {
    record.transaction.map { transactions[Int($0)].verdict }
  }

  /// Whether the log holds the record for certain, and a final read that began early enough does
  /// not show it.
  func isMissing(_ record: Record, of isolation: Isolation) -> Bool {
    guard record.isWritten, record.answer != .failed, let audits = audits[record.partition] else {
      return false
    }
    let audit: Readers = isolation == .readCommitted ? .committedAudit : .uncommittedAudit
    let from = isolation == .readCommitted ? audits.committedFrom : audits.uncommittedFrom
    guard let from, !record.seenBy.contains(audit) else { return false }
    // Where it was is not known: it may have been deleted, unless nothing was.
    return record.offset.map { $0 >= from } ?? (from == 0)
  }
}

/// Gives each new value the next number.
struct Numbering<Value: Hashable & Sendable>: Sendable {
  private(set) var values: [Value] = []
  private var numbers: [Value: Int32] = [:]
  /// Most events speak of what the event before spoke of.
  private var last: Int32 = -1

  mutating func number(of value: Value) -> Int32 {
    if last >= 0, values[Int(last)] == value { return last }
    if let known = numbers[value] {
      last = known
      return known
    }
    last = Int32(values.count)
    numbers[value] = last
    values.append(value)
    return last
  }

  func known(_ value: Value) -> Int32? { numbers[value] }

  subscript(_ number: Int32) -> Value { values[Int(number)] }
}
