import Testing
import Varve
import VarveTestKit

/// A fault to put into a clean history, with what it must be found as.
struct PlantedFault: Sendable, CustomTestStringConvertible {
  /// A history with the fault, and what a violation of the kind must name.
  struct Planting {
    var events: [HistoryEvent]
    var partition: TopicPartition?
    var records: Set<RecordID> = []
  }

  let name: String
  let kind: HistoryViolation.Kind
  /// What follows from it by necessity, in some histories.
  var implied: Set<HistoryViolation.Kind> = []
  /// Nil where a history has no place for it.
  let plant: @Sendable (CleanHistory, inout SeededGenerator) -> Planting?

  var testDescription: String { name }

  static let all = records + transactions + groups

  static let records = [
    PlantedFault(name: "a lost record", kind: .lost, implied: [.torn]) { clean, random in
      let candidates = clean.audited.filter { clean.isPromised($0.record) }
      guard let lost = candidates.randomElement(using: &random) else { return nil }
      let events = clean.history.events.filter { event in
        if case .audited(let seen) = event { seen.record != lost.record } else { true }
      }
      return Planting(events: events, partition: lost.partition, records: [lost.record])
    },
    PlantedFault(name: "a record written twice", kind: .duplicated) { clean, random in
      let candidates = clean.audited.filter { clean.sent[$0.record]?.isIdempotent == true }
      guard let seen = candidates.randomElement(using: &random) else { return nil }
      return clean.addingAtEnd(seen.record, of: seen.partition)
    },
    PlantedFault(
      name: "another record in the place of one", kind: .duplicated, implied: [.lost, .reordered]
    ) { clean, random in
      let candidates = clean.audited.filter {
        clean.sent[$0.record]?.producer == "idempotent"
          && clean.acknowledgedOffset($0.record) != nil
      }
      guard let seen = candidates.randomElement(using: &random),
        let other = candidates.filter({
          $0.partition == seen.partition && $0.record != seen.record
        }).randomElement(using: &random)
      else { return nil }
      let events = clean.history.events.map { event -> HistoryEvent in
        guard case .audited(var sighting) = event, sighting.record == seen.record else {
          return event
        }
        sighting.record = other.record
        return .audited(sighting)
      }
      return Planting(
        events: events, partition: seen.partition, records: [seen.record, other.record])
    },
    PlantedFault(
      // A reader may have seen the first before the second was sent.
      name: "two records in each other's place", kind: .reordered, implied: [.invented]
    ) { clean, random in
      guard let (first, second) = clean.neighbours.randomElement(using: &random) else {
        return nil
      }
      let events = clean.swappingPlaces(first, second)
      return Planting(
        events: events, partition: clean.sent[first]?.partition, records: [first, second])
    },
    PlantedFault(name: "a reader that goes back", kind: .reordered) { clean, random in
      guard let index = clean.pairsOfReads.randomElement(using: &random),
        case .read(let seen, _) = clean.history.events[index]
      else { return nil }
      var events = clean.history.events
      events.swapAt(index, index + 1)
      return Planting(events: events, partition: seen.partition, records: [seen.record])
    },
    PlantedFault(name: "a failed record that is there", kind: .failedSeen, implied: [.reordered]) {
      clean, random in
      let failed = clean.history.events.compactMap { event -> SentRecord? in
        guard case .failed(let id) = event, let sent = clean.sent[id] else { return nil }
        return sent.transaction == nil ? sent : nil
      }
      guard let record = failed.randomElement(using: &random) else { return nil }
      return clean.addingAtEnd(record.id, of: record.partition)
    },
    PlantedFault(name: "a record that nobody sent", kind: .invented) { clean, random in
      let number = Int.random(in: 0..<clean.entries.count, using: &random)
      return clean.addingAtEnd(999_999, of: clean.partition(number))
    },
  ]

  static let transactions = [
    PlantedFault(name: "an aborted record that is read", kind: .abortedSeen) { clean, random in
      let aborted = clean.history.events.compactMap { event -> RecordSighting? in
        guard case .audited(let seen) = event, seen.isolation == .readUncommitted,
          let transaction = clean.sent[seen.record]?.transaction
        else { return nil }
        return clean.told(transaction) == .aborted ? seen : nil
      }
      guard let seen = aborted.randomElement(using: &random) else { return nil }
      return clean.addingToAudit(seen)
    },
    PlantedFault(name: "a torn transaction", kind: .torn, implied: [.lost]) { clean, random in
      let inTransactions = clean.audited.filter { clean.sent[$0.record]?.transaction != nil }
      let whole = Dictionary(grouping: inTransactions) { clean.sent[$0.record]?.transaction }
      let candidates = inTransactions.filter { seen in
        clean.isWrittenForCertain(seen.record)
          && whole[clean.sent[seen.record]?.transaction]?.count ?? 0 > 1
      }
      guard let seen = candidates.randomElement(using: &random) else { return nil }
      let events = clean.history.events.filter { $0 != .audited(seen) }
      return Planting(events: events, records: [seen.record])
    },
    PlantedFault(name: "output without its input's offset", kind: .torn) { clean, random in
      let candidates = clean.offsetsOfTransactions.filter { place, offset, transaction in
        clean.committedOffsets[place] == offset && clean.isVisible(transaction)
      }
      guard let (place, _, _) = candidates.randomElement(using: &random) else { return nil }
      return clean.fetching(nil, at: place)
    },
    PlantedFault(name: "an offset without its output", kind: .torn) { clean, random in
      let candidates = clean.offsetsOfTransactions.filter { clean.told($0.2) == .aborted }
      guard let (place, offset, _) = candidates.randomElement(using: &random) else { return nil }
      return clean.fetching(offset, at: place)
    },
  ]

  static let groups = [
    PlantedFault(name: "two owners", kind: .twoOwners) { clean, random in
      let gains = clean.gains
      guard let index = gains.randomElement(using: &random),
        case .gained(let member, let partition) = clean.history.events[index]
      else { return nil }
      var events = clean.history.events
      let other = GroupMember("zombie", of: member.group)
      events.insert(.gained(other, partition), at: index + 1)
      return Planting(events: events, partition: partition)
    },
    PlantedFault(name: "no owner", kind: .unowned) { clean, random in
      let rest = clean.history.events.lastIndex { if case .atRest = $0 { true } else { false } }
      var last: [HistoryEvent: Int] = [:]
      var owned: [CleanHistory.Place: Int] = [:]
      for index in clean.gains {
        guard case .gained(let member, let partition) = clean.history.events[index] else {
          continue
        }
        owned[.init(group: member.group, partition: Int(partition.partition))] = index
        last[clean.history.events[index]] = index
      }
      guard rest != nil, let index = owned.values.sorted().randomElement(using: &random),
        case .gained(_, let partition) = clean.history.events[index]
      else { return nil }
      var events = clean.history.events
      events.remove(at: index)
      return Planting(events: events, partition: partition)
    },
    PlantedFault(name: "a lost commit", kind: .lost) { clean, random in
      let committed = clean.history.events.compactMap { event -> CleanHistory.Place? in
        guard case .committedOffset(let group, let partition, _, .committed) = event else {
          return nil
        }
        return .init(group: group, partition: Int(partition.partition))
      }
      guard let place = committed.randomElement(using: &random) else { return nil }
      return clean.fetching(nil, at: place)
    },
  ]
}
