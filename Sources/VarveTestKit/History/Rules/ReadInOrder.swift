internal import Varve

extension HistoryRule {
  /// A reader sees the offsets of a partition rise, from where it gained the partition or moved in
  /// it until it gives it up, and each once.
  public static let readInOrder = HistoryRule { facts in
    var last: [HistoryFacts.Sighting?] = []
    var violations: [HistoryViolation] = []
    for sighting in facts.sightings {
      let stretch = Int(sighting.stretch)
      while last.count <= stretch { last.append(nil) }
      let before = last[stretch]
      last[stretch] = sighting
      guard let before, before.offset >= sighting.offset else { continue }
      let partition = facts.partitions[sighting.partition]
      let reader = sighting.member.map { facts.members[$0].description } ?? "the final read"
      violations.append(
        HistoryViolation(
          .reordered,
          "\(reader) saw record \(sighting.id) at offset \(sighting.offset) of \(partition) after"
            + " record \(before.id) at offset \(before.offset)",
          partition: partition, offset: sighting.offset, records: [before.id, sighting.id]))
    }
    return violations
  }
}
