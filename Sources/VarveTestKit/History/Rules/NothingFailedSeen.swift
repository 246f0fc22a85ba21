internal import Varve

extension HistoryRule {
  /// Nobody sees a record whose producer was told that it is not written.
  public static let nothingFailedSeen = HistoryRule { facts in
    facts.records.compactMap { record in
      guard record.answer == .failed, let offset = record.seenOffset else { return nil }
      let partition = facts.partitions[record.partition]
      return HistoryViolation(
        .failedSeen, "record \(record.id) failed, and is seen at offset \(offset) of \(partition)",
        partition: partition, offset: offset, records: [record.id])
    }
  }
}
