import VarveBase
import VarveLog
import VarveTestKit

/// A partition's log as plainly as it can be said, behind the producer state that logs have.
struct SimulatedLog {
  enum Content: Equatable {
    case record(RecordID)
    /// What a group's offset is from now on, in the partition of the groups.
    case committedOffset(slot: Int, Int64)
    case marker(commits: Bool)
  }

  struct Entry: Equatable {
    let producerID: Int64
    let content: Content
  }

  private(set) var entries: [Entry] = []
  private(set) var producers = ProducerStateTable()
  private var aborted: [AbortedTransaction] = []

  var end: Offset { Offset(Int64(entries.count)) }

  /// Where readers of committed records stop.
  var lastStableOffset: Offset { producers.firstUndecidedOffset ?? end }

  /// Whether the producer's transaction has begun here.
  func isOpen(_ producer: SimulatedProducer) -> Bool {
    guard let state = producers.producers[producer.id] else { return false }
    return state.transactionStart != nil && state.epoch == producer.epoch
  }

  /// Appends a batch; the offset of its first record, and whether it was there before. Coordinators
  /// append without a sequence.
  mutating func append(
    _ contents: [Content], of producer: SimulatedProducer, sequence: Int32?
  ) throws(LogError) -> (offset: Offset, isDuplicate: Bool) {
    let count = Int32(contents.count)
    let batch = ProducerBatch(
      producerID: producer.id, epoch: producer.epoch, firstSequence: sequence ?? -1,
      lastSequence: sequence.map { $0 + count - 1 } ?? -1, firstOffset: end,
      lastOffset: end + Int64(count - 1), timestamp: 0, isTransactional: true)
    if let earlier = try producers.check(batch) { return (earlier.firstOffset, true) }
    producers.apply(batch)
    entries += contents.map { Entry(producerID: producer.id, content: $0) }
    return (batch.firstOffset, false)
  }

  mutating func mark(
    _ producer: SimulatedProducer, commits: Bool, coordinatorEpoch: Int32
  ) throws(LogError) {
    let marker = TransactionMarker(
      producerID: producer.id, producerEpoch: producer.epoch, coordinatorEpoch: coordinatorEpoch,
      offset: end, timestamp: 0, isAbort: !commits)
    try producers.check(marker)
    if let aborted = producers.apply(marker) { self.aborted.append(aborted) }
    entries.append(Entry(producerID: producer.id, content: .marker(commits: commits)))
  }

  // MARK: - Reading

  /// Whether the record at an index counts: the next marker of its producer says so. Nil while
  /// there is none.
  func isCommitted(at index: Int) -> Bool? {
    for entry in entries[index...] where entry.producerID == entries[index].producerID {
      if case .marker(let commits) = entry.content { return commits }
    }
    return nil
  }

  /// All records in their order, with their offsets; only those that count where `committed`.
  func records(committed: Bool) -> [(offset: Offset, id: RecordID)] {
    entries.indices.compactMap { index in
      guard case .record(let id) = entries[index].content,
        !committed || isCommitted(at: index) == true
      else { return nil }
      return (Offset(Int64(index)), id)
    }
  }

  /// What a broker gives a reader of committed records, with the aborted ranges that it keeps.
  func fetched(from start: Offset) -> [(offset: Offset, id: RecordID)] {
    (start.rawValue..<max(start.rawValue, lastStableOffset.rawValue)).compactMap { offset in
      let entry = entries[Int(offset)]
      guard case .record(let id) = entry.content else { return nil }
      let isAborted = aborted.contains {
        $0.producerID == entry.producerID && $0.firstOffset.rawValue <= offset
          && offset <= $0.lastOffset.rawValue
      }
      return isAborted ? nil : (Offset(offset), id)
    }
  }

  /// The committed offset of a group, which takes effect when its marker comes; nil while one is
  /// undecided.
  func committedOffset(of slot: Int) -> Int64? {
    var committed: Int64 = 0
    var pending: [Int64: Int64] = [:]
    for entry in entries {
      switch entry.content {
      case .committedOffset(slot, let offset): pending[entry.producerID] = offset
      case .marker(let commits):
        let offset = pending.removeValue(forKey: entry.producerID)
        if commits, let offset { committed = offset }
      default: break
      }
    }
    return pending.isEmpty ? committed : nil
  }
}

/// What a producer is called.
struct SimulatedProducer: Hashable, CustomStringConvertible {
  var id: Int64
  var epoch: Int16

  init(_ id: Int64, _ epoch: Int16) { (self.id, self.epoch) = (id, epoch) }

  var description: String { "\(id)/\(epoch)" }
}
