import Varve
import VarveTestKit

/// What a fault is made of: candidates, and changes of the events.
extension CleanHistory {
  /// What the final read shows to read-committed readers.
  var audited: [RecordSighting] {
    history.events.compactMap { event in
      guard case .audited(let seen) = event, seen.isolation == .readCommitted else { return nil }
      return seen
    }
  }

  func acknowledgedOffset(_ record: RecordID) -> Offset? {
    for case .acknowledged(record, let offset) in history.events { return offset }
    return nil
  }

  func isAcknowledged(_ record: RecordID) -> Bool {
    history.events.contains { if case .acknowledged(record, _) = $0 { true } else { false } }
  }

  /// Acknowledged, at a known place, and outside of transactions or in one that is committed.
  func isPromised(_ record: RecordID) -> Bool {
    guard acknowledgedOffset(record).map({ isKept($0, record) }) == true else { return false }
    return sent[record]?.transaction.map { told($0) == .committed } ?? true
  }

  /// Whether the final read reaches down to where the record was acknowledged.
  private func isKept(_ offset: Offset, _ record: RecordID) -> Bool {
    guard let partition = sent[record]?.partition.partition else { return false }
    return offset.rawValue >= starts[Int(partition)]
  }

  /// The final read shows it to somebody who sees all, or its producer was told.
  func isWrittenForCertain(_ record: RecordID) -> Bool {
    history.events.contains { event in
      if case .audited(let seen) = event {
        seen.record == record && seen.isolation == .readUncommitted
      } else {
        false
      }
    }
  }

  /// What the producer knows of a transaction; aborted where it never asked for the commit.
  func told(_ transaction: TransactionID) -> TransactionOutcome {
    var outcome = TransactionOutcome.aborted
    for event in history.events {
      if event == .committing(transaction) { outcome = .unknown }
      if case .ended(transaction, let end) = event { outcome = end }
    }
    return outcome
  }

  /// It is known to be committed, by what its producer was told or by its records.
  func isVisible(_ transaction: TransactionID) -> Bool {
    told(transaction) == .committed
      || audited.contains { sent[$0.record]?.transaction == transaction }
  }

  var offsetsOfTransactions: [(Place, Offset, TransactionID)] {
    history.events.compactMap { event in
      guard case .addedOffset(let id, let group, let partition, let offset) = event else {
        return nil
      }
      return (Place(group: group, partition: Int(partition.partition)), offset, id)
    }
  }

  /// Records that one idempotent producer sent one after the other to one partition, both in the
  /// same transaction or both in none, and both there.
  var neighbours: [(RecordID, RecordID)] {
    var last: [String: SentRecord] = [:]
    let there = Set(audited.map(\.record))
    return sent.values.sorted { $0.id < $1.id }.compactMap { record in
      guard there.contains(record.id), record.isIdempotent else { return nil }
      let before = last.updateValue(record, forKey: "\(record.producer) \(record.partition)")
      guard let before, before.transaction == record.transaction else { return nil }
      return (before.id, record.id)
    }
  }

  func swappingPlaces(_ first: RecordID, _ second: RecordID) -> [HistoryEvent] {
    func swapped(_ id: RecordID) -> RecordID {
      id == first ? second : id == second ? first : id
    }
    let offsets = [first: acknowledgedOffset(first), second: acknowledgedOffset(second)]
    return history.events.map { event in
      switch event {
      case .audited(var seen):
        seen.record = swapped(seen.record)
        return .audited(seen)
      case .read(var seen, let member):
        seen.record = swapped(seen.record)
        return .read(seen, by: member)
      case .acknowledged(let id, _) where id == first || id == second:
        return .acknowledged(id, at: offsets[swapped(id)] ?? nil)
      default: return event
      }
    }
  }

  /// The indexes of reads that are followed at once by one of the same member and partition.
  var pairsOfReads: [Int] {
    history.events.indices.dropLast().filter { index in
      guard case .read(let first, let member) = history.events[index],
        case .read(let second, let other) = history.events[index + 1]
      else { return false }
      return member == other && first.partition == second.partition
        && first.offset < second.offset
    }
  }

  var gains: [Int] {
    history.events.indices.filter {
      if case .gained = history.events[$0] { true } else { false }
    }
  }

  /// The final reads show one more record, behind all that the partition has.
  func addingAtEnd(_ record: RecordID, of partition: TopicPartition) -> PlantedFault.Planting {
    let end = Offset(Int64(entries[Int(partition.partition)].count))
    var events: [HistoryEvent] = []
    var isolation: Isolation?
    func addition() -> [HistoryEvent] {
      isolation.map {
        [.audited(RecordSighting(record, in: partition, at: end, isolation: $0))]
      } ?? []
    }
    for event in history.events {
      if case .audited = event {
        events.append(event)
        continue
      }
      events += addition()
      isolation = nil
      if case .auditing(partition, let begun, _) = event { isolation = begun }
      events.append(event)
    }
    return PlantedFault.Planting(
      events: events + addition(), partition: partition, records: [record])
  }

  /// The read-committed final read shows a record that only the other one showed.
  func addingToAudit(_ seen: RecordSighting) -> PlantedFault.Planting {
    var added = seen
    added.isolation = .readCommitted
    var events: [HistoryEvent] = []
    var isHere = false
    for event in history.events {
      if isHere {
        if case .audited(let other) = event, other.offset < seen.offset {
        } else {
          events.append(.audited(added))
          isHere = false
        }
      }
      if case .auditing(seen.partition, .readCommitted, _) = event { isHere = true }
      events.append(event)
    }
    return PlantedFault.Planting(
      events: events, partition: seen.partition, records: [seen.record])
  }

  /// The last fetch of a committed offset gets another answer.
  func fetching(_ offset: Offset?, at place: Place) -> PlantedFault.Planting? {
    let partition = partition(place.partition)
    var events = history.events
    let last = events.lastIndex {
      if case .fetchedOffset(place.group, partition, _) = $0 { true } else { false }
    }
    guard let last else { return nil }
    events[last] = .fetchedOffset(group: place.group, partition, offset)
    return PlantedFault.Planting(events: events, partition: partition)
  }
}
