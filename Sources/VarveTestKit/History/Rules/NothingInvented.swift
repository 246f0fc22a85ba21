internal import Varve

extension HistoryRule {
  /// What is seen in a partition was sent to that partition before.
  public static let nothingInvented = HistoryRule { facts in
    var told: Set<RecordID> = []
    return facts.sightings.compactMap { sighting in
      let record = facts.record(sighting)
      guard record?.partition != sighting.partition, told.insert(sighting.id).inserted
      else { return nil }
      let partition = facts.partitions[sighting.partition]
      let sender =
        record.map { "was sent to \(facts.partitions[$0.partition])" }
        ?? "had not been sent"
      return HistoryViolation(
        .invented,
        "record \(sighting.id), seen at offset \(sighting.offset) of \(partition), \(sender)",
        partition: partition, offset: sighting.offset, records: [sighting.id])
    }
  }
}
