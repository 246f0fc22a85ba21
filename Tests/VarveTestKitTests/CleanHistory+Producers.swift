import Varve
import VarveTestKit

extension CleanHistory {
  struct RunningTransaction {
    let id: TransactionID
    var partitions: Set<Int> = []
    var offsets: [Place: Offset] = [:]
    /// The producer does not know how it ended, or has gone.
    var isLeft = false
    /// Whether it commits, if it is left.
    var commits = false
  }

  mutating func sendPlainly() {
    let isIdempotent = chance(70)
    send(by: isIdempotent ? "idempotent" : "plain", isIdempotent: isIdempotent, in: nil)
  }

  private mutating func send(
    by producer: String, isIdempotent: Bool, in transaction: TransactionID?
  ) {
    let number = anyPartition()
    nextRecord += 1
    var sequence = sequences[producer] ?? Array(repeating: 0, count: entries.count)
    let sending = SentRecord(
      RecordID(rawValue: nextRecord), by: producer, to: partition(number),
      sequence: sequence[number], in: transaction, isIdempotent: isIdempotent)
    sequence[number] += 1
    sequences[producer] = sequence
    sent[sending.id] = sending
    record(.sent(sending))
    let dice = Int.random(in: 0..<100, using: &random)
    let isWritten = dice < 80 || (dice >= 90 && chance(50))
    let offset = Offset(Int64(entries[number].count))
    if isWritten {
      for _ in 0..<(isIdempotent || chance(80) ? 1 : 2) {
        entries[number].append(Entry(record: sending.id, transaction: transaction))
      }
      if transaction != nil { running[producer]?.partitions.insert(number) }
    }
    switch dice {
    case 0..<80: record(.acknowledged(sending.id, at: chance(90) ? offset : nil))
    case 80..<90: record(.failed(sending.id))
    case 90..<97: record(.unknown(sending.id))
    default: break
    }
  }

  mutating func workInTransaction() {
    let producer = Self.transactional[Int.random(in: 0..<3, using: &random)]
    guard let transaction = running[producer], !transaction.isLeft else {
      settle(producer)
      nextTransaction += 1
      let id = TransactionID(rawValue: nextTransaction)
      running[producer] = RunningTransaction(id: id)
      fates[id] = .open
      return record(.began(id, by: producer))
    }
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<60: send(by: producer, isIdempotent: true, in: transaction.id)
    case 60..<75: addOffset(to: transaction, of: producer)
    default: end(transaction, of: producer)
    }
  }

  private mutating func addOffset(to transaction: RunningTransaction, of producer: String) {
    let number = anyPartition()
    // Every attempt has an offset of its own, so that what is read back says whose it is.
    let offset = Offset(Int64(1000 + history.events.count))
    record(.addedOffset(transaction.id, group: "work", partition(number), offset))
    running[producer]?.offsets[Place(group: "work", partition: number)] = offset
  }

  private mutating func end(_ transaction: RunningTransaction, of producer: String) {
    let id = transaction.id
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<50:
      record(.committing(id))
      finish(producer, .committed)
      record(.ended(id, .committed))
    case 50..<75:
      finish(producer, .aborted)
      record(.ended(id, .aborted))
    case 75..<90:
      record(.committing(id))
      running[producer]?.isLeft = true
      let commits = chance(50)
      running[producer]?.commits = commits
      if chance(60) { record(.ended(id, .unknown)) }
      if chance(50) { settle(producer) }
    default:
      // The producer dies with its transaction open.
      running[producer]?.isLeft = true
    }
  }

  /// Ends what a producer left, or has not ended, as the coordinator does when another begins.
  mutating func settle(_ producer: String) {
    guard let transaction = running[producer] else { return }
    finish(producer, transaction.commits ? .committed : .aborted)
  }

  private mutating func finish(_ producer: String, _ fate: Fate) {
    guard let transaction = running.removeValue(forKey: producer) else { return }
    fates[transaction.id] = fate
    for number in transaction.partitions {
      entries[number].append(Entry(record: nil, transaction: transaction.id))
    }
    guard fate == .committed else { return }
    committedOffsets.merge(transaction.offsets) { _, new in new }
  }
}
