internal import Varve

extension HistoryRule {
  /// A record of an idempotent or transactional producer is at one offset, and an offset has one
  /// record, whoever looks and whenever.
  public static let nothingDuplicated = HistoryRule { facts in
    var places = Places(facts)
    for record in facts.records {
      guard let offset = record.offset else { continue }
      places.see(record.id, record, in: record.partition, at: offset)
      if let acknowledged = record.acknowledgedOffset, acknowledged != offset {
        places.see(record.id, record, in: record.partition, at: acknowledged)
      }
    }
    for sighting in facts.sightings {
      let record = facts.record(sighting)
      // Nearly all show a record where it is known to be.
      if let record, record.offset == sighting.offset, record.partition == sighting.partition {
        continue
      }
      places.see(sighting.id, record, in: sighting.partition, at: sighting.offset)
    }
    return places.violations
  }
}

/// What is at each offset, as far as it has been seen.
private struct Places {
  private struct Place: Hashable {
    let partition: Int32
    let offset: Offset
  }

  private struct Fault: Hashable {
    let record: RecordID
    let place: Place
  }

  private let facts: HistoryFacts
  private var records: [Place: RecordID] = [:]
  private var told: Set<Fault> = []
  private(set) var violations: [HistoryViolation] = []

  init(_ facts: HistoryFacts) {
    self.facts = facts
    records.reserveCapacity(facts.records.count)
  }

  mutating func see(
    _ id: RecordID, _ record: HistoryFacts.Record?, in partition: Int32, at offset: Offset
  ) {
    let place = Place(partition: partition, offset: offset)
    let other = records[place]
    if other == nil { records[place] = id }
    if let other, other != id, told.insert(Fault(record: id, place: place)).inserted {
      let name = facts.partitions[partition]
      violations.append(
        HistoryViolation(
          .duplicated, "offset \(offset) of \(name) holds record \(other) and record \(id)",
          partition: name, offset: offset, records: [other, id]))
    }
    guard let record, record.isIdempotent, record.partition == partition,
      let first = record.offset, first != offset,
      told.insert(Fault(record: id, place: Place(partition: -1 - partition, offset: offset)))
        .inserted
    else { return }
    let name = facts.partitions[partition]
    violations.append(
      HistoryViolation(
        .duplicated, "record \(id) is at offsets \(first) and \(offset) of \(name)",
        partition: name, offset: offset, records: [id]))
  }
}
